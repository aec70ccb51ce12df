import type { BreakerView } from '#server/contracts/breakers.ts'
import { useNow } from '../data/use-now.ts'
import { cn } from '../ui/cn.ts'
import { formatCount, formatDuration } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { Elapsed } from '../ui/relative-time.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

/** State, whether it is held, and since when. */
export function BreakerStateLine({ breaker, className }: { breaker: BreakerView; className?: string }) {
  return (
    <span className={cn('flex items-center gap-1.5', className)}>
      <StatusBadge
        of="breaker"
        status={breaker.state}
        suffix={breaker.forced ? 'held' : breaker.openedBy === 'quorum' ? 'by quorum' : undefined}
      />
      <span className="text-muted-foreground text-xs">
        for <Elapsed since={breaker.since} />
      </span>
    </span>
  )
}

/** The one thing to know about where it goes from here: the hold, the next probe, the probation, the failures in a row. */
export function BreakerOutlook({ breaker }: { breaker: BreakerView }) {
  const { forced, state, config, window } = breaker
  if (forced) return <HoldLine forced={forced} />
  if (state === 'open') return <ProbeCountdown breaker={breaker} />
  const isProbing = state === 'half_open'
  const [label, value, max] = isProbing
    ? (['Probes succeeded', breaker.probeSuccesses, config.successThreshold] as const)
    : (['Failures in a row', breaker.consecutiveFailures, config.failureThreshold] as const)
  const tone = isProbing ? 'ok' : value * 2 >= max ? 'bad' : value > 0 ? 'warn' : undefined
  const count = `${formatCount(value)} of ${formatCount(max)}`
  const figure = isProbing && window.calls === 0 ? `${count}, none in ${window.seconds} s` : count
  return (
    <Line label={label} figure={figure}>
      <Meter label={label} value={value} max={max} valueText={`${value} of ${max}`} tone={tone} />
    </Line>
  )
}

function HoldLine({ forced }: { forced: NonNullable<BreakerView['forced']> }) {
  const now = useNow()
  const left = forced.expiresAt === null ? null : Math.max(0, new Date(forced.expiresAt).getTime() - now)
  return (
    <div className="h-9 min-w-0 text-xs">
      <p className="flex justify-between gap-2">
        <span className="truncate text-muted-foreground">
          Held {forced.state} by <span className="text-foreground">{forced.by}</span>
        </span>
        <span className="num shrink-0 text-muted-foreground">
          {left === null ? 'until reset' : `${formatDuration(left)} left`}
        </span>
      </p>
      <p className="mt-0.5 truncate" title={forced.reason}>
        “{forced.reason}”
      </p>
    </div>
  )
}

function ProbeCountdown({ breaker: { nextProbeAt, config } }: { breaker: BreakerView }) {
  const now = useNow()
  const left = nextProbeAt === null ? 0 : Math.max(0, new Date(nextProbeAt).getTime() - now)
  return (
    <Line label="Next probe" figure={left < 1_000 ? 'with the next call' : `in ${formatDuration(left)}`}>
      <Meter
        label="Wait until the next probe"
        value={config.openMs - left}
        max={config.openMs}
        valueText={`${formatDuration(left)} left`}
        tone="bad"
      />
    </Line>
  )
}

function Line({ label, figure, children }: { label: string; figure: string; children: React.ReactNode }) {
  return (
    <div className="h-9 text-xs">
      <p className="mb-1.5 flex justify-between gap-2">
        <span className="text-muted-foreground">{label}</span>
        <span className="num font-medium">{figure}</span>
      </p>
      {children}
    </div>
  )
}
