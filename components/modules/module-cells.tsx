import Link from 'next/link'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { cn } from '../ui/cn.ts'
import { formatCount, formatMs, formatPercent, unknownValue } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

/** The share of its calls that failed in the last five minutes; null without calls. */
export const failureRateOf = ({ recent }: ModuleSummary) => (recent.calls === 0 ? null : recent.failures / recent.calls)

/** Calls per minute with one decimal while they are few: `0.4`, `12`, `1,250`. */
export function formatCallsPerMinute(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : formatCount(Math.round(value))
}

/** Name, id and how many of its instances are healthy; on phones its states too. */
export function NameCell({ module }: { module: ModuleSummary }) {
  const { id, name, enabled, health, breaker, instances } = module
  return (
    <div className="min-w-0">
      <Link
        href={`/modules/${id}`}
        prefetch={false}
        title={name}
        className={cn('block truncate font-medium hover:underline', !enabled && 'text-muted-foreground')}
      >
        {name}
      </Link>
      <div className="flex items-center gap-2 text-faint-foreground text-xs">
        <span className="truncate font-mono">{id}</span>
        <span className="num whitespace-nowrap max-sm:hidden" title="Healthy instances of all">
          {instances.healthy}/{instances.total}
        </span>
      </div>
      <div className="mt-1 flex flex-wrap gap-1 md:hidden">
        {enabled ? <StatusBadge of="health" status={health} /> : <StatusBadge of="enablement" status="disabled" />}
        {breaker === 'closed' ? null : <StatusBadge of="breaker" status={breaker} />}
      </div>
    </div>
  )
}

/** Calls in flight of those it can work on at once. */
export function LoadCell({ module: { inFlight, capacity } }: { module: ModuleSummary }) {
  const share = capacity === 0 ? 0 : inFlight / capacity
  return (
    <div className="flex items-center gap-2">
      <Meter
        label="Capacity in use"
        value={inFlight}
        max={Math.max(1, capacity)}
        valueText={`${inFlight} of ${capacity} calls`}
        tone={utilizationTone(share)}
        className="w-10 shrink-0"
      />
      <span className="num whitespace-nowrap text-muted-foreground">
        {formatCount(inFlight)}/{formatCount(capacity)}
      </span>
    </div>
  )
}

/** Median and 95th percentile of its calls. */
export function LatencyCell({ module: { recent } }: { module: ModuleSummary }) {
  if (recent.p50Ms === null) return <span className="text-faint-foreground">{unknownValue}</span>
  return (
    <>
      {formatMs(recent.p50Ms)} <span className="text-faint-foreground">/</span> {formatMs(recent.p95Ms)}
    </>
  )
}

/** The share of its calls that failed. */
export function FailureCell({ module }: { module: ModuleSummary }) {
  const { failures, calls } = module.recent
  const rate = failureRateOf(module)
  return (
    <span
      title={
        rate === null
          ? 'No calls in five minutes'
          : `${formatCount(failures)} of ${formatCount(calls)} calls in five minutes`
      }
      className={cn(
        rate === null || rate === 0 ? 'text-faint-foreground' : rate >= 0.1 ? 'text-bad-text' : 'text-warn-text',
      )}
    >
      {formatPercent(rate)}
    </span>
  )
}
