import { cn } from '../ui/cn.ts'
import { type Tone, toneClasses } from '../ui/status.ts'

export interface SparklineProps {
  /** Oldest first; null leaves a gap. At most 120 are drawn. */
  values: readonly (number | null)[]
  /** What it shows, with the newest figure: read out in place of the picture. */
  label: string
  /** Only when the line stands for a status. */
  tone?: Tone | undefined
  /** Upper end of the scale; the largest value when absent. The lower end is 0. */
  max?: number
  width?: number
  height?: number
  className?: string
}

const limit = 120

/** The course of one figure in a word's space. Plain SVG, so it may stand in every row of a long table. */
export function Sparkline({ values, label, tone, max, width = 96, height = 24, className }: SparklineProps) {
  const drawn = values.slice(-limit)
  const top = max ?? Math.max(1e-9, ...drawn.map(value => value ?? 0))
  const step = drawn.length > 1 ? width / (drawn.length - 1) : 0
  const y = (value: number) => height - 1.5 - (Math.min(value, top) / top) * (height - 3)
  const runs = continuousRuns(drawn)
  const color = tone ? toneClasses[tone].stroke : 'var(--chart-1)'
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={cn('shrink-0 overflow-visible', className)}
    >
      {runs.map(({ start, run }) => {
        const line = run.map((value, index) => `${((start + index) * step).toFixed(1)},${y(value).toFixed(1)}`)
        const first = (start * step).toFixed(1)
        const last = ((start + run.length - 1) * step).toFixed(1)
        return (
          <g key={start}>
            <polygon points={`${first},${height} ${line.join(' ')} ${last},${height}`} fill={color} opacity={0.14} />
            <polyline
              points={line.join(' ')}
              fill="none"
              stroke={color}
              strokeWidth={1.25}
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
          </g>
        )
      })}
    </svg>
  )
}

function continuousRuns(values: readonly (number | null)[]): { start: number; run: number[] }[] {
  const runs: { start: number; run: number[] }[] = []
  values.forEach((value, index) => {
    if (value === null) return
    const open = runs.at(-1)
    if (open && open.start + open.run.length === index) open.run.push(value)
    else runs.push({ start: index, run: [value] })
  })
  return runs
}
