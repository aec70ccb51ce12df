import { cn } from './cn.ts'

/** A line between groups; carries no meaning of its own. */
export function Separator({ vertical = false, className }: { vertical?: boolean; className?: string }) {
  return <div aria-hidden className={cn('shrink-0 bg-border', vertical ? 'h-4 w-px' : 'h-px w-full', className)} />
}
