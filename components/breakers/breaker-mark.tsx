import type { BreakerState } from '#server/contracts/breakers.ts'
import { cn } from '../ui/cn.ts'
import { statusLook, toneClasses } from '../ui/status.ts'

/** What stands in a cell, so that the state is known without its colour. */
const letters: Record<BreakerState, string> = { closed: 'C', open: 'O', half_open: 'H' }

export interface BreakerMarkProps {
  state: BreakerState
  isHeld: boolean
  /** `sm` for hundreds of marks: then a closed one has no letter, and stands out by having none. */
  size?: 'sm' | 'md'
  className?: string
}

/**
 * One breaker in a square: letter and colour of its state, round while half-open, solid while open, a broken line while an
 * operator holds it. Decoration: the element around it names the breaker.
 */
export function BreakerMark({ state, isHeld, size = 'md', className }: BreakerMarkProps) {
  const tone = toneClasses[statusLook('breaker', state).tone]
  return (
    <span
      aria-hidden
      className={cn(
        'grid shrink-0 place-items-center border font-semibold leading-none',
        size === 'md' ? 'size-5.5 text-2xs' : 'size-3.5 text-[0.5625rem]',
        state === 'half_open' ? 'rounded-full' : 'rounded-sm',
        state === 'open'
          ? 'border-transparent bg-bad text-white dark:text-background'
          : [tone.soft, tone.text, tone.line],
        isHeld && 'outline-2 outline-foreground/70 outline-dashed',
        isHeld && size === 'md' && 'outline-offset-1',
        className,
      )}
    >
      {size === 'sm' && state === 'closed' ? null : letters[state]}
    </span>
  )
}

/** What the marks mean, with how many there are of each. */
export function BreakerLegend({
  counts,
  className,
}: {
  counts: { closed: number; open: number; halfOpen: number; forced: number }
  className?: string
}) {
  const items = [
    { state: 'open' as const, count: counts.open },
    { state: 'half_open' as const, count: counts.halfOpen },
    { state: 'closed' as const, count: counts.closed },
  ]
  return (
    <ul className={cn('num flex flex-wrap items-center gap-x-3 gap-y-1 text-muted-foreground text-xs', className)}>
      {items.map(({ state, count }) => (
        <li key={state} className="flex items-center gap-1.5">
          <BreakerMark state={state} isHeld={false} className="size-4 text-[0.5625rem]" />
          {statusLook('breaker', state).label} <span className="font-medium text-foreground">{count}</span>
        </li>
      ))}
      <li className="flex items-center gap-1.5">
        <span
          aria-hidden
          className="mx-0.5 size-3 rounded-xs outline-1 outline-foreground/70 outline-offset-1 outline-dashed"
        />
        Held <span className="font-medium text-foreground">{counts.forced}</span>
      </li>
    </ul>
  )
}
