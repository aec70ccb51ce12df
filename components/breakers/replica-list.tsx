import type { BreakerView } from '#server/contracts/breakers.ts'
import { formatCount } from '../ui/format.ts'
import { Elapsed } from '../ui/relative-time.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

/** What each replica sees by itself, and whether a quorum decides. */
export function ReplicaList({ breaker: { replicas, openedBy } }: { breaker: BreakerView }) {
  const counting = replicas.filter(({ counts }) => counts)
  const troubled = counting.filter(({ state }) => state !== 'closed').length
  return (
    <>
      <p className="mb-2 text-muted-foreground">
        <span className="num">
          {troubled} of {counting.length}
        </span>{' '}
        that had calls of late see trouble.{' '}
        {openedBy === 'quorum'
          ? 'They are more than half, so it is open here too.'
          : 'It is open for all when more than half of them do, and at least two.'}
      </p>
      <ul className="grid gap-1.5">
        {replicas.map(({ replicaId, isSelf, state, since, calls, failures, counts }) => (
          <li key={replicaId} className="flex flex-wrap items-center gap-x-2 gap-y-1 rounded-md border px-2.5 py-1.5">
            <StatusBadge of="breaker" status={state} />
            <span className="min-w-0 truncate font-mono text-xs">{replicaId}</span>
            {isSelf ? <span className="text-muted-foreground text-xs">this one</span> : null}
            <span className="num ml-auto text-muted-foreground text-xs">
              {counts
                ? `${formatCount(failures)} of ${formatCount(calls)} calls failed`
                : 'no calls of late, does not count'}
              , for <Elapsed since={since} />
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
