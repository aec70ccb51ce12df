import Link from 'next/link'
import type { ReactNode } from 'react'
import { describeResources, needsResources } from '#server/contracts/resources.ts'
import type { TaskView } from '#server/contracts/tasks.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { formatMs, formatUsd } from '../ui/format.ts'
import { Elapsed, Moment, RelativeTime } from '../ui/relative-time.tsx'
import { statusLook } from '../ui/status.ts'
import { spansOf } from './task-spans.ts'
import { aliasOf } from './task-words.ts'

/** What was asked for and what came of it, in names and values. */
export function TaskFacts({ task }: { task: TaskView }) {
  const { waitMs, runMs } = spansOf(task)
  const alias = aliasOf(task.priority)
  const items: { term: string; value: ReactNode }[] = [
    {
      term: 'Priority',
      value: `${task.priority}${alias ? ` ${alias}` : ''}, score ${Math.round(task.score * 100) / 100}`,
    },
    { term: 'Attempts', value: `${task.attemptCount} of ${task.maxAttempts}, ${formatMs(task.timeoutMs)} each` },
    { term: 'In all', value: `at most ${formatMs(task.totalTimeoutMs)} from its first start` },
    { term: 'Served by', value: task.servedBy ? <ModuleLink id={task.servedBy} /> : '–' },
    ...(task.moduleId ? [{ term: 'Pinned to', value: <ModuleLink id={task.moduleId} /> }] : []),
    { term: 'Accepted', value: <RelativeTime at={task.createdAt} /> },
    {
      term: 'Waited',
      value: waitMs === null && task.finishedAt === null ? <Elapsed since={task.createdAt} /> : formatMs(waitMs),
    },
    {
      term: 'Ran',
      value: runMs === null && task.startedAt !== null ? <Elapsed since={task.startedAt} /> : formatMs(runMs),
    },
    ...(task.costBudgetUsd !== null || task.spentUsd > 0 ? [{ term: 'Cost', value: costWords(task) }] : []),
    ...(needsResources(task.resources) ? [{ term: 'Needs', value: describeResources(task.resources) }] : []),
    ...(task.runAt
      ? [{ term: 'Not before', value: <Moment at={task.runAt} full className="whitespace-normal" /> }]
      : []),
    ...(task.deadline
      ? [{ term: 'Deadline', value: <Moment at={task.deadline} full className="whitespace-normal" /> }]
      : []),
    { term: 'Submitted by', value: task.submittedBy },
    { term: 'Trace', value: <IdText id={task.traceId} /> },
    ...(task.idempotencyKey
      ? [{ term: 'Idempotency', value: <code className="break-all text-xs">{task.idempotencyKey}</code> }]
      : []),
    ...(task.deadLetter ? [{ term: 'Dead letter', value: <LetterLink task={task} mark={task.deadLetter} /> }] : []),
    ...(task.raisedBy ? [{ term: 'Put first for', value: <TaskLink id={task.raisedBy} /> }] : []),
    ...(task.retryOf ? [{ term: 'Retry of', value: <TaskLink id={task.retryOf} /> }] : []),
    ...(task.retriedAs ? [{ term: 'Retried as', value: <TaskLink id={task.retriedAs} /> }] : []),
  ]
  return (
    <Card>
      <CardHeader title="Facts" />
      <CardContent>
        <DefinitionList className="num" items={items} />
      </CardContent>
    </Card>
  )
}

function costWords({ spentUsd, costBudgetUsd }: TaskView): string {
  return costBudgetUsd === null
    ? `${formatUsd(spentUsd)} spent`
    : `${formatUsd(spentUsd)} of ${formatUsd(costBudgetUsd)} spent`
}

const link = 'text-primary-text underline-offset-2 hover:underline'

function ModuleLink({ id }: { id: string }) {
  return (
    <Link href={`/modules/${id}`} prefetch={false} className={link}>
      {id}
    </Link>
  )
}

function LetterLink({ task, mark }: { task: TaskView; mark: NonNullable<TaskView['deadLetter']> }) {
  return (
    <Link
      href={`/dead-letters?view=letters&state=all&cause=${mark.fingerprint}&letter=${task.id}`}
      prefetch={false}
      className={link}
    >
      {statusLook('letter', mark.state).label}
      {mark.closedBy ? ` by ${mark.closedBy}` : ''}
    </Link>
  )
}

function TaskLink({ id }: { id: string }) {
  return (
    <Link href={`/tasks/${id}`} prefetch={false} title={id} className={`font-mono text-xs ${link}`}>
      …{id.slice(-6)}
    </Link>
  )
}
