import { ChevronDown } from 'lucide-react'
import { cn } from './cn.ts'
import { fieldClasses } from './input.tsx'

/** The look of a closed select, before and after what opens has been loaded. */
export function selectClasses(className: string | undefined): string {
  return cn(
    fieldClasses,
    'flex h-8 items-center justify-between gap-2 whitespace-nowrap data-placeholder:text-faint-foreground max-md:h-9',
    className,
  )
}

export function SelectChevron() {
  return <ChevronDown aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
}
