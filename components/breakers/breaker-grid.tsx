import { memo } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { formatCount, formatPercent } from '../ui/format.ts'
import { statusLook } from '../ui/status.ts'
import { hostOf } from './breaker-card.tsx'
import { BreakerMark } from './breaker-mark.tsx'
import { breakerKey } from './breaker-order.ts'

export interface BreakerGridProps {
  breakers: readonly BreakerView[]
  active: number
  onOpen: (key: string) => void
}

/** Hundreds of breakers at a glance, worst first. */
export function BreakerGrid({ breakers, active, onOpen }: BreakerGridProps) {
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(11.5rem,1fr))] gap-1.5">
      {breakers.map((breaker, index) => (
        <li key={breakerKey(breaker)} data-list-row={index}>
          <Cell breaker={breaker} isActive={index === active} onOpen={onOpen} />
        </li>
      ))}
    </ul>
  )
}

interface CellProps {
  breaker: BreakerView
  isActive: boolean
  onOpen: (key: string) => void
}

const Cell = memo(function Cell({ breaker, isActive, onOpen }: CellProps) {
  const { state, forced, window } = breaker
  const look = statusLook('breaker', state)
  const host = hostOf(breaker.endpoint)
  return (
    <button
      type="button"
      onClick={() => onOpen(breakerKey(breaker))}
      data-active={isActive || undefined}
      aria-label={`${breaker.moduleName} at ${host}: ${look.label}${forced ? ', held' : ''}, ${formatPercent(window.failureRate)} of ${formatCount(window.calls)} calls failing`}
      className="flex h-10 w-full min-w-0 items-center gap-2 rounded-md border bg-card px-2 text-left transition-colors hover:border-border-strong data-active:outline-2 data-active:outline-primary"
    >
      <BreakerMark state={state} isHeld={forced !== null} />
      <span className="min-w-0 flex-1 leading-tight">
        <span className="block truncate font-medium text-xs">{breaker.moduleName}</span>
        <span className="block truncate font-mono text-2xs text-faint-foreground">{host}</span>
      </span>
      {window.failures > 0 ? (
        <span className="num shrink-0 font-medium text-2xs text-bad-text">{formatPercent(window.failureRate)}</span>
      ) : null}
    </button>
  )
})
