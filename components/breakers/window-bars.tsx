import type { BreakerView } from '#server/contracts/breakers.ts'
import { cn } from '../ui/cn.ts'
import { formatCount, plural } from '../ui/format.ts'

const width = 120
const height = 28
const gap = 2

export interface WindowBarsProps {
  window: BreakerView['window']
  className?: string
}

/** The calls of the rolling window, one bar per bucket: succeeded, failed on top, and hatched what was refused. */
export function WindowBars({ window, className }: WindowBarsProps) {
  const { buckets, bucketSeconds, seconds } = window
  const top = Math.max(1, ...buckets.map(({ successes, failures, rejections }) => successes + failures + rejections))
  const step = width / Math.max(1, buckets.length)
  const rejections = buckets.reduce((sum, bucket) => sum + bucket.rejections, 0)
  const words = `Last ${seconds} s: ${plural(window.calls, 'call')}, ${formatCount(window.failures)} failed, ${formatCount(rejections)} refused`
  return (
    <svg
      role="img"
      aria-label={words}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={cn('block h-7 w-full', className)}
    >
      <title>{`${words}. One bar per ${bucketSeconds} s.`}</title>
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--border)" />
      {buckets.map((bucket, index) => (
        <g key={index} transform={`translate(${(index * step).toFixed(2)} 0)`}>
          {stack(bucket, top).map(({ y, size, fill, opacity }) => (
            <rect key={fill} x={gap / 2} width={step - gap} y={y} height={size} fill={fill} opacity={opacity} />
          ))}
        </g>
      ))}
    </svg>
  )
}

type Bucket = BreakerView['window']['buckets'][number]

function stack({ successes, failures, rejections }: Bucket, top: number) {
  const parts = [
    { value: successes, fill: 'var(--ok)', opacity: 0.75 },
    { value: failures, fill: 'var(--bad)', opacity: 1 },
    { value: rejections, fill: 'var(--idle)', opacity: 0.45 },
  ]
  let below = 0
  return parts
    .filter(({ value }) => value > 0)
    .map(({ value, fill, opacity }) => {
      // A single failure among a thousand calls must still be seen.
      const size = Math.max(1.5, (value / top) * (height - 2))
      below += size
      return { y: Math.max(0, height - 1 - below), size, fill, opacity }
    })
}
