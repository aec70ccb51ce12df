'use client'

import { useRouter } from 'next/navigation'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { RowGap } from '../ui/row-gap.tsx'
import { TableBody, TableHead, TableHeader } from '../ui/table.tsx'
import { useEndInSight } from '../ui/use-end-in-sight.ts'
import type { Selection } from '../ui/use-selection.ts'
import { useStable } from '../ui/use-stable.ts'
import { useWindowRows } from '../ui/use-window-rows.ts'
import { TaskRow, taskColumns } from './task-row.tsx'

export interface TaskTableProps {
  tasks: TaskSummary[]
  selection: Selection
  /** The last rows have come into sight. */
  onReachEnd: () => void
  /** The keyboard is in the list. */
  onKeyboard: () => void
}

/** The tasks that are loaded, newest first; only the rows in sight are drawn once they are many. */
export function TaskTable({ tasks, selection, onReachEnd, onKeyboard }: TaskTableProps) {
  const router = useRouter()
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: tasks.length,
    estimatePx: 37,
    keyOf: index => tasks[index]?.id ?? '',
  })
  const toggle = useStable((id: string, isRange: boolean) =>
    selection.toggle(
      tasks.map(task => task.id),
      id,
      isRange,
    ),
  )
  const { active } = useListKeys({
    count: tasks.length,
    onOpen: index => {
      const task = tasks[index]
      if (task) router.push(`/tasks/${task.id}`)
    },
    onToggle: index => {
      const task = tasks[index]
      if (task) toggle(task.id, false)
    },
    onMove: index => {
      onKeyboard()
      scrollTo(index)
    },
  })
  const chosenCount = tasks.filter(({ id }) => selection.chosen.has(id)).length
  const end = useEndInSight(onReachEnd)
  return (
    <>
      <table aria-label="Tasks" aria-rowcount={-1} className="w-full table-fixed border-collapse text-left text-sm">
        <TableHeader className="top-12 z-10">
          <tr>
            <TableHead className={taskColumns.select}>
              <Checkbox
                checked={chosenCount === 0 ? false : chosenCount === tasks.length ? true : 'indeterminate'}
                aria-label="Select every loaded task"
                onCheckedChange={() => selection.toggleAll(tasks.map(task => task.id))}
                className="mt-1"
              />
            </TableHead>
            <TableHead className={taskColumns.status}>Status</TableHead>
            <TableHead className={taskColumns.type}>Task</TableHead>
            <TableHead className={taskColumns.priority}>Priority</TableHead>
            <TableHead numeric className={taskColumns.attempts}>
              Attempts
            </TableHead>
            <TableHead className={taskColumns.module}>Module</TableHead>
            <TableHead numeric className={taskColumns.age}>
              Accepted
            </TableHead>
            <TableHead numeric className={taskColumns.wait}>
              Waited
            </TableHead>
            <TableHead numeric className={taskColumns.run}>
              Ran
            </TableHead>
          </tr>
        </TableHeader>
        <TableBody ref={body}>
          <RowGap px={before} />
          {indexes.map(index => {
            const task = tasks[index]
            return task ? (
              <TaskRow
                key={task.id}
                task={task}
                index={index}
                isActive={index === active}
                isChosen={selection.chosen.has(task.id)}
                onToggle={toggle}
                measure={measure}
              />
            ) : null
          })}
          <RowGap px={after} />
        </TableBody>
      </table>
      <div ref={end} aria-hidden className="h-px" />
    </>
  )
}
