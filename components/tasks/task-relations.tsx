'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { RelatedTask, TaskView } from '#server/contracts/tasks.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'
import { isEnded } from './task-words.ts'

const TaskGraph = onDemand(() => import('./task-graph.tsx').then(module => module.TaskGraph), {
  fetch: 'when shown',
  placeholder: () => <Skeleton className="h-56 rounded-lg" />,
})

const shownAtFirst = 8
const refreshMs = 2_000

/** What the task waits for and what waits for it, with the graph of all of them. Nothing for a task that stands alone. */
export function TaskRelations({ task }: { task: TaskView }) {
  const { dependsOn, dependants } = useFollowed(task)
  if (dependsOn.length === 0 && dependants.total === 0) return null
  return (
    <Card>
      <CardHeader title="Dependencies" note={noteOf(task)} />
      <CardContent className="grid gap-3">
        <TaskGraph id={task.id} />
        <div className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
          <TaskLinks title="Waits for" total={dependsOn.length} tasks={unfinishedFirst(dependsOn)} none="Nothing" />
          <TaskLinks title="Waiting for it" total={dependants.total} tasks={dependants.items} none="Nobody" />
        </div>
      </CardContent>
    </Card>
  )
}

/** The task again and again while one of those around it may still change: that is no change of its own, so nobody tells. */
function useFollowed(task: TaskView): TaskView {
  const trpc = useTRPC()
  const every = useLiveInterval(refreshMs)
  const isOver = [task, ...task.dependsOn, ...task.dependants.items].every(
    ({ status }) => status === null || isEnded(status),
  )
  const { data } = useQuery(
    trpc.tasks.get.queryOptions({ id: task.id }, { refetchInterval: isOver ? false : every, staleTime: 0 }),
  )
  return data ?? task
}

function noteOf({ status, dependsOn, blockedBy }: TaskView): string | null {
  if (status !== 'blocked') return null
  return `${formatCount(dependsOn.length - blockedBy.length)} of ${plural(dependsOn.length, 'task')} done`
}

/** What still holds it is what one looks for among a thousand. */
function unfinishedFirst(tasks: readonly RelatedTask[]): RelatedTask[] {
  return tasks.toSorted((a, b) => Number(a.status === 'succeeded') - Number(b.status === 'succeeded'))
}

interface TaskLinksProps {
  title: string
  total: number
  tasks: readonly RelatedTask[]
  none: string
}

function TaskLinks({ title, total, tasks, none }: TaskLinksProps) {
  const shown = tasks.slice(0, shownAtFirst)
  const more = total - shown.length
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="mb-1 text-faint-foreground text-xs">{title}</h3>
      {total === 0 ? <p className="text-muted-foreground">{none}</p> : null}
      <ul className="grid gap-1">
        {shown.map(({ id, status }) => (
          <li key={id} className="flex min-h-6 items-center justify-between gap-3">
            <Link
              href={`/tasks/${id}`}
              prefetch={false}
              title={id}
              className="font-mono text-primary-text text-xs underline-offset-2 hover:underline"
            >
              …{id.slice(-6)}
            </Link>
            {status === null ? (
              <span className="text-muted-foreground text-xs">no longer kept</span>
            ) : (
              <StatusText of="task" status={status} className="text-xs" />
            )}
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="num mt-1 text-muted-foreground text-xs">and {formatCount(more)} more</p> : null}
    </section>
  )
}
