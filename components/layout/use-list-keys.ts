'use client'

import { useState } from 'react'
import { useShortcuts } from './shortcuts.ts'

export interface ListKeys {
  /** How many rows there are now. */
  count: number
  /** Enter on the active row. */
  onOpen: (index: number) => void
  /** `x` on the active row, for lists with a selection. */
  onToggle?: (index: number) => void
  /** The active row changed; virtual lists scroll to it here. Rows carry `listRowProps`. */
  onMove?: (index: number) => void
}

/** Moves through a list with `j` and `k`, chooses with `x`, opens with Enter. `active` is -1 until the first move. */
export function useListKeys({ count, onOpen, onToggle, onMove }: ListKeys): { active: number } {
  const [wanted, setWanted] = useState(-1)
  const active = Math.min(wanted, count - 1)
  const move = (step: number) => {
    const next = Math.min(count - 1, Math.max(0, active + step))
    if (next < 0) return
    setWanted(next)
    if (onMove) onMove(next)
    else document.querySelector(`[data-list-row="${next}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  useShortcuts([
    { keys: 'j', description: 'Next row', group: 'List', run: () => move(1) },
    { keys: 'k', description: 'Previous row', group: 'List', run: () => move(-1) },
    { keys: 'enter', description: 'Open the row', group: 'List', run: () => active >= 0 && onOpen(active) },
    ...(onToggle
      ? [{ keys: 'x', description: 'Select the row', group: 'List', run: () => active >= 0 && onToggle(active) }]
      : []),
  ])
  return { active }
}
