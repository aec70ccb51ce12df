'use client'

import type { DeadLetterSummary } from '#server/contracts/dead-letters.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { RowGap } from '../ui/row-gap.tsx'
import { TableBody, TableHead, TableHeader } from '../ui/table.tsx'
import { useEndInSight } from '../ui/use-end-in-sight.ts'
import type { Selection } from '../ui/use-selection.ts'
import { useStable } from '../ui/use-stable.ts'
import { useWindowRows } from '../ui/use-window-rows.ts'
import { LetterRow, letterColumns } from './letter-row.tsx'

export interface LetterTableProps {
  letters: readonly DeadLetterSummary[]
  selection: Selection
  onOpen: (id: string) => void
  /** The last rows have come into sight. */
  onReachEnd: () => void
  /** The keyboard is in the list. */
  onKeyboard: () => void
}

/** The letters that are loaded; only the rows in sight are drawn once they are many. */
export function LetterTable({ letters, selection, onOpen, onReachEnd, onKeyboard }: LetterTableProps) {
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: letters.length,
    estimatePx: 48,
    keyOf: index => letters[index]?.id ?? '',
  })
  const ids = letters.map(({ id }) => id)
  const toggle = useStable((id: string, isRange: boolean) => selection.toggle(ids, id, isRange))
  const open = useStable(onOpen)
  const { active } = useListKeys({
    count: letters.length,
    onOpen: index => {
      const id = ids[index]
      if (id !== undefined) onOpen(id)
    },
    onToggle: index => {
      const id = ids[index]
      if (id !== undefined) toggle(id, false)
    },
    onMove: index => {
      onKeyboard()
      scrollTo(index)
    },
  })
  const chosenCount = ids.filter(id => selection.chosen.has(id)).length
  const end = useEndInSight(onReachEnd)
  return (
    <>
      <table
        aria-label="Dead letters"
        aria-rowcount={-1}
        className="w-full table-fixed border-collapse text-left text-sm"
      >
        <TableHeader className="top-12 z-10">
          <tr>
            <TableHead className={letterColumns.select}>
              <Checkbox
                checked={chosenCount === 0 ? false : chosenCount === ids.length ? true : 'indeterminate'}
                aria-label="Select every loaded letter"
                onCheckedChange={() => selection.toggleAll(ids)}
                className="mt-1"
              />
            </TableHead>
            <TableHead className={letterColumns.letter}>Letter</TableHead>
            <TableHead className={letterColumns.state}>State</TableHead>
            <TableHead className={letterColumns.module}>Module</TableHead>
            <TableHead numeric className={letterColumns.attempts}>
              Attempts
            </TableHead>
            <TableHead numeric className={letterColumns.age}>
              Failed
            </TableHead>
          </tr>
        </TableHeader>
        <TableBody ref={body}>
          <RowGap px={before} />
          {indexes.map(index => {
            const letter = letters[index]
            return letter ? (
              <LetterRow
                key={letter.id}
                letter={letter}
                index={index}
                isActive={index === active}
                isChosen={selection.chosen.has(letter.id)}
                onToggle={toggle}
                onOpen={open}
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
