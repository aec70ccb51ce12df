'use client'

import { useRouter } from 'next/navigation'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { type SelectableRow, SelectableTable, type SelectableTableProps } from '../ui/selectable-table.tsx'
import { TableHead } from '../ui/table.tsx'
import { TaskRow, taskColumns } from './task-row.tsx'

type TaskTableProps = Pick<SelectableTableProps<TaskSummary>, 'selection' | 'onReachEnd' | 'onKeyboard'> & {
  tasks: readonly TaskSummary[]
}

const renderTask = (task: TaskSummary, row: SelectableRow) => <TaskRow task={task} {...row} />

/** The tasks that are loaded, newest first. */
export function TaskTable({ tasks, ...list }: TaskTableProps) {
  const router = useRouter()
  return (
    <SelectableTable
      {...list}
      label="Tasks"
      selectAllLabel="Select every loaded task"
      items={tasks}
      estimatePx={36}
      selectClassName={taskColumns.select}
      onOpen={id => router.push(`/tasks/${id}`)}
      head={
        <>
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
        </>
      }
      renderRow={renderTask}
    />
  )
}
