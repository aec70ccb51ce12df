'use client'

import { ListTree } from 'lucide-react'
import type { TaskView } from '#server/contracts/tasks.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { describeError } from '../ui/describe-error.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { AttemptList } from './attempt-list.tsx'
import { AttemptTimeline } from './attempt-timeline.tsx'
import { ProgressCard } from './progress-card.tsx'
import { TaskFacts } from './task-facts.tsx'
import { TaskHeader } from './task-header.tsx'
import { TaskOutcome } from './task-outcome.tsx'
import { TaskRelations } from './task-relations.tsx'
import { TaskSteps } from './task-steps.tsx'
import { isEnded } from './task-words.ts'
import { useTask } from './use-task.ts'
import { WaitingCard } from './waiting-card.tsx'

const trail = [{ href: '/tasks', label: 'Tasks' }]

/** One task: where it stands, what each attempt did and why it went where it went. Follows the task by itself. */
export function TaskPage({ id }: { id: string }) {
  const { task, timeline } = useTask(id)
  const { data, error } = task
  const { code } = describeError(error)
  if (error && !data) {
    const isUnknown = code === 'TASK_NOT_FOUND' || code === 'INVALID_INPUT'
    return (
      <>
        <PageHeader title={`Task …${id.slice(-6)}`} trail={trail} />
        <Card>
          {isUnknown ? (
            <EmptyState
              icon={ListTree}
              title="There is no such task"
              actions={<ButtonLink href="/tasks">All tasks</ButtonLink>}
            >
              The address is wrong, or it is older than what is kept.
            </EmptyState>
          ) : (
            <ErrorState title="The task could not be loaded" error={error} onRetry={() => void task.refetch()} />
          )}
        </Card>
      </>
    )
  }
  if (!data) return <TaskPageSkeleton id={id} />
  return (
    <>
      <TaskHeader task={data} />
      <StaleLine error={error} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {isEnded(data.status) || data.status === 'running' ? null : <WaitingCard task={data} />}
          <ProgressCard task={data} />
          <TaskOutcome task={data} />
          <TaskRelations task={data} />
          <AttemptTimeline task={data} />
          <AttemptList attempts={data.attempts} />
          <Payloads task={data} />
        </div>
        <div className="grid min-w-0 gap-4">
          <TaskFacts task={data} />
          <TaskSteps entries={timeline.data} error={timeline.error} createdAt={data.createdAt} />
        </div>
      </div>
    </>
  )
}

function Payloads({ task }: { task: TaskView }) {
  const hasResult = task.status === 'succeeded'
  return (
    <div className={hasResult ? 'grid items-start gap-4 lg:grid-cols-2' : 'grid'}>
      <Card>
        <CardHeader title="Payload" />
        <CardContent>
          <JsonView value={task.payload} label="Payload" />
        </CardContent>
      </Card>
      {hasResult ? (
        <Card>
          <CardHeader title="Result" />
          <CardContent>
            <JsonView value={task.result} label="Result" />
          </CardContent>
        </Card>
      ) : null}
    </div>
  )
}

function TaskPageSkeleton({ id }: { id: string }) {
  return (
    <>
      <PageHeader
        title={<Skeleton className="h-6 w-48" />}
        trail={trail}
        description={<span className="font-mono text-xs leading-5">{id}</span>}
        actions={<Skeleton className="h-8 w-52" />}
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <Card>
            <CardHeader title="Timeline" />
            <CardContent>
              <Skeleton className="h-24" />
            </CardContent>
          </Card>
          <Card>
            <CardHeader title="Attempts" />
            <SkeletonRows rows={4} />
          </Card>
        </div>
        <Card>
          <CardHeader title="Facts" />
          <SkeletonRows rows={8} />
        </Card>
      </div>
    </>
  )
}
