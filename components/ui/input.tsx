import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** Looks shared by all fields; 16 px on phones, so that they do not zoom. */
export const fieldClasses =
  'w-full min-w-0 rounded-md border border-input bg-card px-2.5 text-foreground text-sm shadow-panel transition-colors placeholder:text-faint-foreground hover:border-border-strong focus-visible:border-ring focus-visible:outline-offset-0 focus-visible:outline-1 disabled:cursor-not-allowed disabled:opacity-50 aria-invalid:border-bad max-md:text-[1rem]'

/** A line of text. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(fieldClasses, 'h-8 max-md:h-9', className)} {...props} />
}

/** Several lines of text, as tall as what is in it within bounds; `font-mono` for JSON. */
export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return (
    <textarea className={cn(fieldClasses, 'field-sizing-content max-h-80 min-h-20 py-1.5', className)} {...props} />
  )
}
