import { cn } from './cn.ts'
import { formatScore } from './format.ts'
import { bandOfScore, statusLook, type Tone, toneClasses } from './status.ts'

export interface MeterProps {
  /** What is measured, read out: `Capacity in use`. */
  label: string
  /** The value; clipped to 0 and `max` for the bar. */
  value: number
  max?: number
  /** The value in words, read out: `12 of 40 calls`. */
  valueText?: string
  /** A status the value stands for; without one the bar has the accent colour. */
  tone?: Tone | undefined
  className?: string
}

/** A bar filled to a share of the whole. */
export function Meter({ label, value, max = 1, valueText, tone, className }: MeterProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(max, Math.max(0, value))}
      aria-valuetext={valueText}
      className={cn('h-1.5 w-full overflow-hidden rounded-full bg-muted', className)}
    >
      <div
        className={cn(
          'h-full rounded-full transition-[width] duration-300',
          tone ? toneClasses[tone].solid : 'bg-primary',
        )}
        style={{ width: `${share * 100}%` }}
      />
    </div>
  )
}

/** The tone of a utilization between 0 and 1: neutral accent, then warning from 80 %, bad from 95 %. */
export function utilizationTone(share: number): Tone | undefined {
  if (share >= 0.95) return 'bad'
  return share >= 0.8 ? 'warn' : undefined
}

/** A health score as a ring with the figure inside; the colour follows the band, null is an empty ring. */
export function ScoreRing({ score, size = 96, label }: { score: number | null; size?: number; label: string }) {
  const stroke = size / 14
  const radius = (size - stroke) / 2
  const circumference = 2 * Math.PI * radius
  const look = score === null ? null : statusLook('band', bandOfScore(score))
  return (
    <div
      role="img"
      aria-label={score === null ? `${label}: not known yet` : `${label}: ${formatScore(score)} of 100, ${look?.label}`}
      className="relative shrink-0"
      style={{ width: size, height: size }}
    >
      <svg aria-hidden="true" width={size} height={size} className="-rotate-90">
        <circle cx={size / 2} cy={size / 2} r={radius} fill="none" stroke="var(--muted)" strokeWidth={stroke} />
        {look && score !== null ? (
          <circle
            cx={size / 2}
            cy={size / 2}
            r={radius}
            fill="none"
            stroke={toneClasses[look.tone].stroke}
            strokeWidth={stroke}
            strokeLinecap="round"
            strokeDasharray={`${(score / 100) * circumference} ${circumference}`}
            className="transition-[stroke-dasharray] duration-500"
          />
        ) : null}
      </svg>
      <span
        aria-hidden
        className="num absolute inset-0 grid place-items-center font-semibold tracking-tight"
        style={{ fontSize: size * 0.29 }}
      >
        {formatScore(score === null ? null : Math.round(score))}
      </span>
    </div>
  )
}
