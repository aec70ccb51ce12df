import Link from 'next/link'
import { memo } from 'react'
import type { QueueStats } from '#server/contracts/stats.ts'
import { BarList, type BarListItem, Legend } from '../charts/bars.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { formatCompact, formatCount } from '../ui/format.ts'
import { aliasOfPriority } from './priority-names.ts'

function toItem({ priority, ready, running }: QueueStats['byPriority'][number]): BarListItem {
  const alias = aliasOfPriority(priority)
  return {
    key: String(priority),
    name: (
      <span className="num flex w-17 gap-2" title={`Priority ${priority} of 10`}>
        <span className="w-3.5 text-right text-faint-foreground">{priority}</span>
        {alias}
      </span>
    ),
    segments: [
      { name: 'Ready', value: ready, fill: 'wait' },
      { name: 'Running', value: running, fill: 'busy' },
    ],
    figure: formatCompact(ready + running),
  }
}

/** What waits and what runs: in all, and by priority. */
export const QueuePanel = memo(function QueuePanel({ queue }: { queue: QueueStats }) {
  const { byPriority, ready, running, scheduled, blocked, size, capacity } = queue
  const top = Math.max(1, ...byPriority.map(entry => entry.ready + entry.running))
  const halves = [byPriority.slice(0, 5), byPriority.slice(5)]
  return (
    <Card className="flex min-h-64 flex-col">
      <CardHeader
        title={
          <Link href="/tasks" className="hover:underline">
            Queue
          </Link>
        }
        note={<span className="num">{`${formatCount(size)} waiting, room for ${formatCompact(capacity)}`}</span>}
      />
      <div className="grid flex-1 content-between gap-4 p-4 pt-3.5">
        <Legend
          segments={[
            { name: 'Ready', value: ready, fill: 'wait' },
            { name: 'Running', value: running, fill: 'busy' },
            { name: 'Scheduled', value: scheduled, fill: 4 },
            { name: 'Blocked', value: blocked, fill: 'idle' },
          ]}
        />
        <div className="grid gap-x-6 gap-y-1 sm:grid-cols-2">
          {halves.map((half, index) => (
            <BarList
              key={index}
              label={index === 0 ? 'Ready and running, priorities 1 to 5' : 'Ready and running, priorities 6 to 10'}
              items={half.map(toItem)}
              max={top}
            />
          ))}
        </div>
      </div>
    </Card>
  )
})
