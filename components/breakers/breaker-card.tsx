import { memo } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { cn } from '../ui/cn.ts'
import { formatCount, formatMs, formatPercent, plural, unknownValue } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps } from '../ui/row-props.ts'
import { statusLook, toneClasses } from '../ui/status.ts'
import { breakerKey, urgencyOf } from './breaker-order.ts'
import { BreakerOutlook, BreakerStateLine } from './breaker-state.tsx'
import { hostOf } from './endpoint-words.ts'
import { WindowBars } from './window-bars.tsx'

export interface BreakerCardProps {
  breaker: BreakerView
  row: number
  isActive: boolean
  onOpen: (key: string) => void
}

/** One breaker at a glance: state, where it goes from here, the last minute, the last failure. */
export const BreakerCard = memo(function BreakerCard({ breaker, row, isActive, onOpen }: BreakerCardProps) {
  const { window, totals, lastFailure } = breaker
  const { tone } = statusLook('breaker', breaker.state)
  const isUrgent = urgencyOf(breaker) < 4
  return (
    <article
      {...listRowProps(row, isActive)}
      className={cn(
        'relative grid min-w-0 gap-3 rounded-lg border bg-card p-3.5 shadow-panel transition-colors hover:border-border-strong data-active:outline-2 data-active:outline-primary',
        isUrgent && toneClasses[tone].line,
      )}
    >
      <header className="min-w-0">
        <h2 className="flex min-w-0 items-baseline justify-between gap-2">
          <button
            type="button"
            onClick={() => onOpen(breakerKey(breaker))}
            className="truncate font-semibold after:absolute after:inset-0 after:rounded-lg"
          >
            {breaker.moduleName}
          </button>
          <span className="shrink-0 truncate font-mono text-faint-foreground text-xs" title={breaker.endpoint}>
            {hostOf(breaker.endpoint)}
          </span>
        </h2>
        <BreakerStateLine breaker={breaker} className="mt-1.5" />
      </header>
      <BreakerOutlook breaker={breaker} />
      <div>
        <WindowBars window={window} />
        <p className="num mt-1 flex justify-between gap-2 text-2xs text-faint-foreground">
          <span>last {window.seconds} s</span>
          <span>{plural(window.calls, 'call')}</span>
        </p>
      </div>
      <dl className="num grid grid-cols-4 gap-2 text-xs">
        <Figure term="Failing" isBad={window.failureRate >= 0.05}>
          {window.calls === 0 ? unknownValue : formatPercent(window.failureRate)}
        </Figure>
        <Figure term="p50">{formatMs(window.p50Ms)}</Figure>
        <Figure term="p95">{formatMs(window.p95Ms)}</Figure>
        <Figure term="p99">{formatMs(window.p99Ms)}</Figure>
      </dl>
      <footer className="flex min-w-0 justify-between gap-2 border-t pt-2 text-2xs text-faint-foreground">
        {lastFailure ? (
          <span className="truncate" title={lastFailure.message}>
            <RelativeTime at={lastFailure.at} />: <span className="font-mono">{lastFailure.code}</span>
          </span>
        ) : (
          <span>never failed</span>
        )}
        <span className="num shrink-0">{formatCount(totals.calls)} in all</span>
      </footer>
    </article>
  )
})

function Figure({ term, isBad = false, children }: { term: string; isBad?: boolean; children: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-2xs text-faint-foreground">{term}</dt>
      <dd className={cn('truncate font-medium', isBad && 'text-bad-text')}>{children}</dd>
    </div>
  )
}
