'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { selectRange } from './task-selection.ts'

export interface TaskSelection {
  chosen: ReadonlySet<string>
  /** Chooses a task or not; with `isRange` also all between it and the last one. */
  toggle: (id: string, isRange: boolean) => void
  /** Chooses every loaded task, or none when all are chosen. */
  toggleAll: () => void
  clear: () => void
}

/** Which of the loaded tasks are chosen. */
export function useTaskSelection(tasks: readonly TaskSummary[]): TaskSelection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const loaded = useRef(tasks)
  useEffect(() => {
    loaded.current = tasks
  })
  const last = useRef<string | null>(null)
  const toggle = useCallback((id: string, isRange: boolean) => {
    const from = isRange ? last.current : null
    last.current = id
    setChosen(was =>
      selectRange(
        was,
        loaded.current.map(task => task.id),
        from,
        id,
      ),
    )
  }, [])
  return {
    chosen,
    toggle,
    toggleAll: () => setChosen(was => new Set(was.size === tasks.length ? [] : tasks.map(({ id }) => id))),
    clear: () => setChosen(new Set()),
  }
}
