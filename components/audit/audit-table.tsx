'use client'

import { useCallback } from 'react'
import type { AuditView } from '#server/contracts/audit.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { RowGap } from '../ui/row-gap.tsx'
import { TableBody, TableHead, TableHeader } from '../ui/table.tsx'
import { useEndInSight } from '../ui/use-end-in-sight.ts'
import { useStable } from '../ui/use-stable.ts'
import { useWindowRows } from '../ui/use-window-rows.ts'
import { AuditRow } from './audit-row.tsx'

export interface AuditTableProps {
  entries: readonly AuditView[]
  onOpen: (id: string) => void
  onReachEnd: () => void
}

/** The acts that are loaded; only the rows in sight are drawn once they are many. */
export function AuditTable({ entries, onOpen, onReachEnd }: AuditTableProps) {
  const open = useStable(onOpen)
  const end = useEndInSight(onReachEnd)
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: entries.length,
    estimatePx: 36,
    keyOf: useCallback((index: number) => entries[index]?.id ?? '', [entries]),
  })
  const { active } = useListKeys({
    count: entries.length,
    onOpen: index => {
      const entry = entries[index]
      if (entry) open(entry.id)
    },
    onMove: scrollTo,
  })
  return (
    <>
      <table
        aria-label="Acts"
        aria-rowcount={-1}
        className="w-full table-fixed border-separate border-spacing-0 text-left text-sm"
      >
        <TableHeader className="top-12 z-10">
          <tr>
            <TableHead className="w-60 max-md:w-28">When</TableHead>
            <TableHead className="w-52 max-md:hidden">Who</TableHead>
            <TableHead className="md:w-56">Act</TableHead>
            <TableHead className="max-md:hidden">To</TableHead>
            <TableHead className="max-lg:hidden">Reason</TableHead>
          </tr>
        </TableHeader>
        <TableBody ref={body}>
          <RowGap px={before} />
          {indexes.map(index => {
            const entry = entries[index]
            return entry ? (
              <AuditRow
                key={entry.id}
                entry={entry}
                row={index}
                isActive={index === active}
                measure={measure}
                onOpen={open}
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
