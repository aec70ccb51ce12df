import type { TimelineEntry } from '#server/contracts/tasks.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatMs } from '../ui/format.ts'
import { Moment, MomentsIn } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

export interface TaskStepsProps {
  /** Undefined while loading. */
  entries: readonly TimelineEntry[] | undefined
  error: unknown
  createdAt: string
}

/** Every moment of the task's life in order, with its distance from the acceptance. */
export function TaskSteps({ entries, error, createdAt }: TaskStepsProps) {
  return (
    <Card>
      <CardHeader title="Steps" />
      {entries ? (
        <CardContent>
          <ol className="grid">
            {entries.map(({ at, kind, label, detail }, index) => (
              <li
                key={`${at} ${kind} ${index}`}
                className="relative grid grid-cols-[1fr_auto] gap-x-3 border-l pb-3 pl-4 last:border-transparent last:pb-0"
              >
                <span
                  aria-hidden
                  className="absolute top-1.5 -left-1 size-2 rounded-full border border-border-strong bg-card"
                />
                <span className="min-w-0 break-words">{label}</span>
                <span className="num text-right text-faint-foreground text-xs leading-5" title="Since it was accepted">
                  +{formatMs(Math.max(0, Date.parse(at) - Date.parse(createdAt)))}
                </span>
                {detail ? (
                  <span className="min-w-0 break-words text-muted-foreground text-xs">
                    <MomentsIn text={detail} />
                  </span>
                ) : (
                  <span />
                )}
                <Moment at={at} className="text-right text-faint-foreground text-2xs" />
              </li>
            ))}
          </ol>
        </CardContent>
      ) : error ? (
        <ErrorState title="The steps could not be loaded" error={error} />
      ) : (
        <SkeletonRows rows={6} />
      )}
    </Card>
  )
}
