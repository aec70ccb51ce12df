import { OctagonAlert } from 'lucide-react'
import Link from 'next/link'
import type { TaskView } from '#server/contracts/tasks.ts'
import { describeReason } from '../events/summarize-event.ts'
import { cn } from '../ui/cn.ts'
import { statusLook, toneClasses } from '../ui/status.ts'

/** Why the task did not end well; nothing when it did, or has not ended. */
export function TaskOutcome({ task: { status, error, endReason, failedAncestor } }: { task: TaskView }) {
  if (error === null && endReason === null) return null
  const { label, tone } = statusLook('task', status)
  const look = toneClasses[tone]
  return (
    <section aria-label="Why it ended" className={cn('flex gap-2.5 rounded-lg border px-4 py-3', look.soft, look.line)}>
      <OctagonAlert aria-hidden className={cn('mt-0.5 size-4 shrink-0', look.text)} />
      <div className="min-w-0">
        <p className={cn('font-medium', look.text)}>
          {label}
          {error ? <code className="ml-2 font-normal text-xs">{error.code}</code> : null}
        </p>
        {error ? <p className="break-words">{error.message}</p> : null}
        {failedAncestor ? (
          <p>
            It began with{' '}
            <Link
              href={`/tasks/${failedAncestor.id}`}
              prefetch={false}
              title={failedAncestor.id}
              className="font-mono text-xs underline underline-offset-2"
            >
              …{failedAncestor.id.slice(-6)}
            </Link>
            {failedAncestor.status
              ? `, which ended ${statusLook('task', failedAncestor.status).label.toLowerCase()}.`
              : '.'}
          </p>
        ) : endReason ? (
          <p className="text-muted-foreground">{describeReason(endReason)}</p>
        ) : null}
      </div>
    </section>
  )
}
