'use client'

import { Fragment, type ReactNode, useCallback, useMemo } from 'react'
import { useListKeys } from '../layout/use-list-keys.ts'
import { Checkbox } from './checkbox.tsx'
import { RowGap } from './row-gap.tsx'
import { TableBody, TableHead, TableHeader } from './table.tsx'
import { useEndInSight } from './use-end-in-sight.ts'
import type { Selection } from './use-selection.ts'
import { useStable } from './use-stable.ts'
import { useWindowRows } from './use-window-rows.ts'

/** What a row is drawn with beside its item. The functions stay the same from render to render, so that rows can be memoized. */
export interface SelectableRow {
  index: number
  /** Whether the keyboard is on it. */
  isActive: boolean
  isChosen: boolean
  onToggle: (id: string, isRange: boolean) => void
  onOpen: (id: string) => void
  measure: (element: HTMLTableRowElement | null) => void
}

export interface SelectableTableProps<Item extends { id: string }> {
  label: string
  /** Of the box that selects all that is loaded. */
  selectAllLabel: string
  items: readonly Item[]
  selection: Selection
  /** Height of a row before it was measured. */
  estimatePx: number
  selectClassName: string
  /** The heads of the columns after the boxes. */
  head: ReactNode
  /** The same function from render to render, so that rows are not drawn anew while the list scrolls. */
  renderRow: (item: Item, row: SelectableRow) => ReactNode
  onOpen: (id: string) => void
  /** The last rows have come into sight. */
  onReachEnd: () => void
  /** The keyboard is in the list. */
  onKeyboard: () => void
}

/**
 * A long list to select from, by mouse and by keyboard (`j k x Enter`). Only the rows in sight are drawn once they are many; more
 * are asked for when the end comes into sight.
 */
export function SelectableTable<Item extends { id: string }>(props: SelectableTableProps<Item>) {
  const { items, selection, renderRow } = props
  const { chosen } = selection
  const ids = useMemo(() => items.map(({ id }) => id), [items])
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: items.length,
    estimatePx: props.estimatePx,
    keyOf: useCallback((index: number) => ids[index] ?? '', [ids]),
  })
  const onToggle = useStable((id: string, isRange: boolean) => selection.toggle(ids, id, isRange))
  const onOpen = useStable(props.onOpen)
  const { active } = useListKeys({
    count: items.length,
    onOpen: index => {
      const id = ids[index]
      if (id !== undefined) onOpen(id)
    },
    onToggle: index => {
      const id = ids[index]
      if (id !== undefined) onToggle(id, false)
    },
    onMove: index => {
      props.onKeyboard()
      scrollTo(index)
    },
  })
  const chosenCount = useMemo(() => ids.filter(id => chosen.has(id)).length, [ids, chosen])
  // Not made anew for every step of a scroll, but when rows come or go.
  const drawn = useMemo(
    () =>
      indexes.map(index => {
        const item = items[index]
        if (!item) return null
        const row = { index, isActive: index === active, isChosen: chosen.has(item.id), onToggle, onOpen, measure }
        return <Fragment key={item.id}>{renderRow(item, row)}</Fragment>
      }),
    [indexes, items, active, chosen, onToggle, onOpen, measure, renderRow],
  )
  const end = useEndInSight(props.onReachEnd)
  return (
    <>
      <table
        aria-label={props.label}
        aria-rowcount={-1}
        className="w-full table-fixed border-separate border-spacing-0 text-left text-sm"
      >
        <TableHeader className="top-12 z-10">
          <tr>
            <TableHead className={props.selectClassName}>
              <Checkbox
                checked={chosenCount === 0 ? false : chosenCount === ids.length ? true : 'indeterminate'}
                aria-label={props.selectAllLabel}
                onCheckedChange={() => selection.toggleAll(ids)}
                className="mt-1"
              />
            </TableHead>
            {props.head}
          </tr>
        </TableHeader>
        <TableBody ref={body}>
          <RowGap px={before} />
          {drawn}
          <RowGap px={after} />
        </TableBody>
      </table>
      <div ref={end} aria-hidden className="h-px" />
    </>
  )
}
