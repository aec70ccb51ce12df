'use client'

import { type CSSProperties, type RefCallback, useCallback, useLayoutEffect, useMemo, useState } from 'react'
import { useWindowRows } from './use-window-rows.ts'

/** From how many cells on only the lines in sight are drawn. */
const virtualFrom = 100

export interface WindowGridOptions {
  count: number
  /** A cell is at least as wide; as many stand in a line as have room. */
  minPx: number
  gapPx: number
  /** Height of a line without the gap, as far as it is known before it is drawn. */
  estimatePx: number
  /** The same function as long as the cells are the same: with another the places of all lines are reckoned anew. */
  keyOf: (index: number) => string
}

/** A line of cells that is drawn; each needs `measure`, `data-index={index}`, and the style of all lines. */
export interface GridLine {
  index: number
  /** Places of its cells in the list. */
  cells: readonly number[]
}

/** What a long grid that scrolls with the page draws. */
export interface WindowGrid {
  /** For the element that holds the lines. */
  body: RefCallback<HTMLElement>
  /** The same array as long as the cells in sight are the same; so is the style. */
  lines: readonly GridLine[]
  lineStyle: CSSProperties
  /** Empty space in pixels above and below the lines. */
  before: number
  after: number
  measure: RefCallback<HTMLElement>
  /** Brings a cell into sight; cells carry `data-list-row`. */
  scrollTo: (index: number) => void
}

/** Draws only the lines in sight of a grid of cells of one width; below a hundred cells it draws all of them. */
export function useWindowGrid({ count, minPx, gapPx, estimatePx, keyOf }: WindowGridOptions): WindowGrid {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [columns, setColumns] = useState(1)
  useLayoutEffect(() => {
    if (!element) return
    const update = () => setColumns(Math.max(1, Math.floor((element.clientWidth + gapPx) / (minPx + gapPx))))
    update()
    const observer = new ResizeObserver(update)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element, minPx, gapPx])

  const rows = useWindowRows({
    count: Math.ceil(count / columns),
    estimatePx: estimatePx + gapPx,
    keyOf: useCallback((line: number) => keyOf(line * columns), [keyOf, columns]),
    virtualFrom: Math.floor(virtualFrom / columns),
  })
  const { body: rowsBody } = rows
  const body = useCallback(
    (node: HTMLElement | null) => {
      rowsBody(node)
      setElement(node)
    },
    [rowsBody],
  )
  const { indexes } = rows
  const lines = useMemo(
    () =>
      indexes.map(index => ({
        index,
        cells: Array.from({ length: Math.min(columns, count - index * columns) }, (_, cell) => index * columns + cell),
      })),
    [indexes, columns, count],
  )
  const lineStyle = useMemo(
    () => ({
      display: 'grid',
      gap: gapPx,
      paddingBottom: gapPx,
      gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
    }),
    [columns, gapPx],
  )
  return {
    body,
    lines,
    lineStyle,
    before: rows.before,
    after: rows.after,
    measure: rows.measure,
    scrollTo: index => {
      const cell = document.querySelector(`[data-list-row="${index}"]`)
      if (cell) cell.scrollIntoView({ block: 'nearest' })
      else rows.scrollTo(Math.floor(index / columns))
    },
  }
}
