'use client'

import { useState } from 'react'
import { selectRange } from './select-range.ts'

export interface Selection {
  chosen: ReadonlySet<string>
  /** Chooses a row of the list or not; with `isRange` also all between it and the last one. */
  toggle: (ids: readonly string[], id: string, isRange: boolean) => void
  /** Chooses every row of the list, or none when all are chosen. */
  toggleAll: (ids: readonly string[]) => void
  clear: () => void
}

/** Which rows of a list are chosen. */
export function useSelection(): Selection {
  const [{ chosen, last }, setState] = useState<{ chosen: ReadonlySet<string>; last: string | null }>({
    chosen: new Set(),
    last: null,
  })
  return {
    chosen,
    toggle: (ids, id, isRange) => setState({ chosen: selectRange(chosen, ids, isRange ? last : null, id), last: id }),
    toggleAll: ids => setState({ chosen: new Set(ids.every(id => chosen.has(id)) ? [] : ids), last: null }),
    clear: () => setState({ chosen: new Set(), last: null }),
  }
}
