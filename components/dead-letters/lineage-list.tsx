import Link from 'next/link'
import type { DeadLetterView } from '#server/contracts/dead-letters.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StatusText } from '../ui/status-badge.tsx'

/** The tasks made from one another that a letter belongs to, oldest first; nothing when it stands alone. */
export function LineageList({ letter: { id, lineage } }: { letter: DeadLetterView }) {
  if (lineage.length < 2) return null
  return (
    <Card>
      <CardHeader title="History" note={`${lineage.length} tasks, each made from the one before`} level={3} />
      <ol className="divide-y">
        {lineage.map(entry => (
          <li key={entry.id} className="flex min-h-9 flex-wrap items-center gap-x-3 px-4 py-1">
            <Link
              href={`/tasks/${entry.id}`}
              prefetch={false}
              className="font-mono text-xs hover:underline"
              title={entry.id}
            >
              …{entry.id.slice(-6)}
            </Link>
            <StatusText of="task" status={entry.status} />
            {entry.errorCode ? <code className="text-bad-text text-xs">{entry.errorCode}</code> : null}
            {entry.id === id ? <span className="text-faint-foreground text-xs">this one</span> : null}
            <RelativeTime at={entry.createdAt} className="ml-auto text-muted-foreground text-xs" />
          </li>
        ))}
      </ol>
    </Card>
  )
}
