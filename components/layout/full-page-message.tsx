import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'

export interface FullPageMessageProps {
  title: string
  children: ReactNode
  /** Buttons. */
  actions: ReactNode
  alert?: boolean
}

/** What stands in the place of a page that cannot be shown. */
export function FullPageMessage({ title, children, actions, alert = false }: FullPageMessageProps) {
  return (
    <div role={alert ? 'alert' : undefined} className="grid min-h-[75dvh] place-items-center px-4 text-center">
      <div>
        <Mark className="mx-auto mb-4 size-8" />
        <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
        <div className="mx-auto mt-1 max-w-sm text-balance text-muted-foreground">{children}</div>
        <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>
      </div>
    </div>
  )
}
