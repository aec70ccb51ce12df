import { memo } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { formatCount, formatPercent } from '../ui/format.ts'
import { listRowProps } from '../ui/row-props.ts'
import { statusLook } from '../ui/status.ts'
import { BreakerMark } from './breaker-mark.tsx'
import { breakerKey } from './breaker-order.ts'
import { hostOf, tailOf } from './endpoint-words.ts'

export interface BreakerCellProps {
  breaker: BreakerView
  row: number
  isActive: boolean
  onOpen: (key: string) => void
}

/** One breaker among hundreds: its state, its module, and what fails of its calls. */
export const BreakerCell = memo(function BreakerCell({ breaker, row, isActive, onOpen }: BreakerCellProps) {
  const { state, forced, window } = breaker
  const look = statusLook('breaker', state)
  const host = hostOf(breaker.endpoint)
  return (
    <button
      type="button"
      onClick={() => onOpen(breakerKey(breaker))}
      {...listRowProps(row, isActive)}
      aria-label={`${breaker.moduleName} at ${host}: ${look.label}${forced ? ', held' : ''}, ${formatPercent(window.failureRate)} of ${formatCount(window.calls)} calls failing`}
      title={breaker.endpoint}
      className="num flex h-7 w-full min-w-0 scroll-mt-24 scroll-mb-20 items-center gap-1.5 rounded-sm border bg-card pr-1.5 pl-1 text-left text-xs transition-colors hover:border-border-strong data-active:outline-2 data-active:outline-primary max-md:h-9"
    >
      <BreakerMark state={state} isHeld={forced !== null} className="size-4.5" />
      <span className="truncate font-medium">{breaker.moduleName}</span>
      {window.failures > 0 ? (
        <span className="ml-auto shrink-0 font-medium text-2xs text-bad-text">{formatPercent(window.failureRate)}</span>
      ) : (
        <span className="ml-auto max-w-14 shrink-0 truncate text-2xs text-faint-foreground">
          {tailOf(breaker.endpoint)}
        </span>
      )}
    </button>
  )
})
