import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** What dims the page behind a dialog or a sheet. */
export const scrimClasses =
  'data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0 fixed inset-0 z-50 bg-scrim duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in'

export interface OverlayHeadProps {
  title: ReactNode
  description?: ReactNode
  className?: string
}

/** The head of a dialog or a sheet: what it is, and a mark that closes it. */
export function OverlayHead({ title, description, className }: OverlayHeadProps) {
  return (
    <header className={cn('flex items-start gap-4 border-b px-4 py-3', className)}>
      <div className="min-w-0">
        <Primitive.Title className="font-semibold text-base">{title}</Primitive.Title>
        {description ? (
          <Primitive.Description className="mt-0.5 text-muted-foreground">{description}</Primitive.Description>
        ) : null}
      </div>
      <Primitive.Close
        aria-label="Close"
        className="-mr-1 ml-auto grid size-7 shrink-0 place-items-center rounded-md text-muted-foreground transition-colors hover:bg-accent hover:text-foreground"
      >
        <X aria-hidden className="size-4" />
      </Primitive.Close>
    </header>
  )
}
