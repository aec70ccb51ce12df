import Link from 'next/link'
import type { HealthMember } from '#server/contracts/health.ts'
import { bandOfScore } from '../ui/status.ts'
import { StatusDot } from '../ui/status-badge.tsx'

/** A system or module with how its score was made. */
export function MemberName({ member: { id, name, kind, score, reason } }: { member: HealthMember }) {
  return (
    <div className="min-w-0">
      <div className="flex min-w-0 items-center gap-2">
        <StatusDot of="band" status={bandOfScore(score)} />
        {kind === 'module' ? (
          <Link href={`/modules/${id}`} prefetch={false} className="truncate font-medium hover:underline">
            {name}
          </Link>
        ) : (
          <span className="truncate font-medium">{name}</span>
        )}
        <span className="text-faint-foreground text-xs max-sm:hidden">{kind}</span>
      </div>
      <div className="truncate text-muted-foreground text-xs" title={reason}>
        {reason}
      </div>
    </div>
  )
}
