import { Hourglass, type LucideIcon, OctagonAlert, Route, Waypoints } from 'lucide-react'
import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import type { ModuleImpact } from '#server/contracts/modules.ts'
import { cn } from '../ui/cn.ts'
import { formatCount, plural } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { type Tone, toneClasses } from '../ui/status.ts'

/** What disabling would touch, before the click. */
export function DisableImpact({ impact }: { impact: ModuleImpact }) {
  const { requiredBy, requiredByTransitively, typesLeftWithoutRoute, typesTakenOver, queuedTasks, runningTasks } =
    impact
  const indirect = requiredByTransitively.filter(id => !requiredBy.includes(id))
  return (
    <ul className="grid gap-2">
      {requiredBy.length > 0 ? (
        <Finding icon={OctagonAlert} tone="bad">
          Required by <ModuleNames ids={requiredBy} />
          {indirect.length > 0 ? (
            <>
              , and through them by <ModuleNames ids={indirect} />
            </>
          ) : null}
          . Disable {requiredBy.length === 1 ? 'it' : 'them'} first.
        </Finding>
      ) : null}
      {typesLeftWithoutRoute.length > 0 ? (
        <Finding icon={Hourglass} tone="warn">
          Nobody else can run <TypeNames types={typesLeftWithoutRoute} />: such tasks wait until it is enabled again, or
          until their deadline.
        </Finding>
      ) : null}
      {typesTakenOver.map(({ type, by }) => (
        <Finding key={type} icon={Route}>
          <TypeNames types={[type]} /> is taken over by <ModuleNames ids={by} />.
        </Finding>
      ))}
      <Finding icon={Waypoints}>
        <span className="num">
          {formatCount(queuedTasks)} queued {queuedTasks === 1 ? 'task' : 'tasks'} of its types and{' '}
          {plural(runningTasks, 'running call')}
        </span>
        {runningTasks > 0 ? '; no new one begins.' : '.'}
      </Finding>
    </ul>
  )
}

/** Holds the room of the impact while it is looked up. */
export function ImpactSkeleton() {
  return (
    <div role="status" aria-label="Looking up what this touches" className="grid gap-2">
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
    </div>
  )
}

function Finding({ icon: Icon, tone, children }: { icon: LucideIcon; tone?: Tone; children: ReactNode }) {
  const look = tone && toneClasses[tone]
  return (
    <li className={cn('flex gap-2 rounded-md border px-2.5 py-2', look && [look.soft, look.line, look.text])}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0">{children}</span>
    </li>
  )
}

/** Modules in a sentence, each a link. */
export function ModuleNames({ ids }: { ids: readonly string[] }) {
  return ids.map((id, index) => (
    <Fragment key={id}>
      {index > 0 ? (index === ids.length - 1 ? ' and ' : ', ') : null}
      <Link href={`/modules/${id}`} prefetch={false} className="font-medium underline underline-offset-2">
        {id}
      </Link>
    </Fragment>
  ))
}

function TypeNames({ types }: { types: readonly string[] }) {
  return types.map((type, index) => (
    <Fragment key={type}>
      {index > 0 ? (index === types.length - 1 ? ' and ' : ', ') : null}
      <code className="text-xs">{type}</code>
    </Fragment>
  ))
}
