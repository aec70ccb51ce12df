import type { ComponentProps } from 'react'
import { cn } from './cn.ts'
import { type Tone, toneClasses } from './status.ts'

/** A small label. Without a tone it is neutral; tones are for statuses only. */
export function Badge({ tone, className, ...props }: ComponentProps<'span'> & { tone?: Tone | undefined }) {
  const look = tone && toneClasses[tone]
  return (
    <span
      className={cn(
        'inline-flex h-5 max-w-full items-center gap-1 truncate rounded-sm border px-1.5 font-medium text-2xs [&_svg]:size-3 [&_svg]:shrink-0',
        look ? [look.text, look.soft, look.line] : 'border-border bg-muted text-muted-foreground',
        className,
      )}
      {...props}
    />
  )
}
