import Link from 'next/link'
import { memo, type RefCallback } from 'react'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { useNowAs } from '../data/use-now.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { cn } from '../ui/cn.ts'
import { formatMs } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps, windowRowProps } from '../ui/row-props.ts'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { TableCell, TableRow } from '../ui/table.tsx'
import { spansOf } from './task-spans.ts'
import { aliasOf, isEnded } from './task-words.ts'

/** Widths of the columns, and from which width of the screen on they are shown. */
export const taskColumns = {
  select: 'w-9 pr-0! max-md:hidden',
  status: 'w-28 max-md:hidden',
  type: '',
  priority: 'w-24 max-lg:hidden',
  attempts: 'w-22 max-lg:hidden',
  module: 'w-40 max-md:hidden',
  age: 'w-24',
  wait: 'w-24 max-xl:hidden',
  run: 'w-24 max-md:hidden',
} as const

export interface TaskRowProps {
  task: TaskSummary
  index: number
  isActive: boolean
  isChosen: boolean
  onToggle: (id: string, isRange: boolean) => void
  measure: RefCallback<HTMLElement>
}

/** One task of the list. */
export const TaskRow = memo(function TaskRow({ task, index, isActive, isChosen, onToggle, measure }: TaskRowProps) {
  const {
    id,
    type,
    status,
    priority,
    attemptCount: attempts,
    maxAttempts,
    servedBy,
    moduleId,
    createdAt,
    errorCode,
  } = task
  const tail = id.slice(-6)
  return (
    <TableRow ref={measure} {...windowRowProps(index)} {...listRowProps(index, isActive)} aria-selected={isChosen}>
      <TableCell className={taskColumns.select}>
        <Checkbox
          checked={isChosen}
          aria-label={`Select task ${tail}`}
          onClick={event => {
            event.preventDefault()
            onToggle(id, event.shiftKey)
          }}
        />
      </TableCell>
      <TableCell className={taskColumns.status}>
        <StatusText of="task" status={status} />
      </TableCell>
      <TableCell className={taskColumns.type}>
        <Link
          href={`/tasks/${id}`}
          prefetch={false}
          title={id}
          className="flex min-w-0 items-baseline gap-2 hover:underline"
        >
          <span className="truncate font-medium">{type}</span>
          <span className="font-mono text-faint-foreground text-xs">…{tail}</span>
          {errorCode ? (
            <span className="truncate font-mono text-bad-text text-xs max-md:hidden">{errorCode}</span>
          ) : null}
        </Link>
        <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-muted-foreground text-xs md:hidden">
          <StatusBadge of="task" status={status} />
          <span className="truncate">{servedBy ?? moduleId ?? ''}</span>
          {attempts > 1 ? <span className="num">attempt {attempts}</span> : null}
        </div>
      </TableCell>
      <TableCell className={taskColumns.priority}>
        <span className="num">{priority}</span>{' '}
        <span className="text-faint-foreground text-xs">{aliasOf(priority)}</span>
      </TableCell>
      <TableCell numeric className={cn(taskColumns.attempts, attempts > 1 && 'text-warn-text')}>
        {attempts} of {maxAttempts}
      </TableCell>
      <TableCell className={taskColumns.module}>
        <span className="block truncate" title={servedBy ?? moduleId ?? undefined}>
          {servedBy ?? (moduleId === null ? <span className="text-faint-foreground">–</span> : `pinned to ${moduleId}`)}
        </span>
      </TableCell>
      <TableCell numeric className={taskColumns.age}>
        <RelativeTime at={createdAt} className="text-muted-foreground" />
      </TableCell>
      <SpanCell task={task} of="waitMs" className={taskColumns.wait} />
      <SpanCell task={task} of="runMs" className={cn(taskColumns.run, !isEnded(status) && 'text-busy-text')} />
    </TableRow>
  )
})

/** A span of a task; of one that has not ended it goes on. */
function SpanCell({ task, of, className }: { task: TaskSummary; of: 'waitMs' | 'runMs'; className: string }) {
  const words = useNowAs(now => formatMs(spansOf(task, isEnded(task.status) ? undefined : now)[of]))
  return (
    <TableCell numeric className={className}>
      {words}
    </TableCell>
  )
}
