'use client'

import type { DeadLetterSummary } from '#server/contracts/dead-letters.ts'
import { type SelectableRow, SelectableTable, type SelectableTableProps } from '../ui/selectable-table.tsx'
import { TableHead } from '../ui/table.tsx'
import { LetterRow, letterColumns } from './letter-row.tsx'

type LetterTableProps = Pick<
  SelectableTableProps<DeadLetterSummary>,
  'selection' | 'onOpen' | 'onReachEnd' | 'onKeyboard'
> & { letters: readonly DeadLetterSummary[] }

const renderLetter = (letter: DeadLetterSummary, row: SelectableRow) => <LetterRow letter={letter} {...row} />

/** The letters that are loaded. */
export function LetterTable({ letters, ...list }: LetterTableProps) {
  return (
    <SelectableTable
      {...list}
      label="Dead letters"
      selectAllLabel="Select every loaded letter"
      items={letters}
      estimatePx={48}
      selectClassName={letterColumns.select}
      head={
        <>
          <TableHead className={letterColumns.letter}>Letter</TableHead>
          <TableHead className={letterColumns.state}>State</TableHead>
          <TableHead className={letterColumns.module}>Module</TableHead>
          <TableHead numeric className={letterColumns.attempts}>
            Attempts
          </TableHead>
          <TableHead numeric className={letterColumns.age}>
            Failed
          </TableHead>
        </>
      }
      renderRow={renderLetter}
    />
  )
}
