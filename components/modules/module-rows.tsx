'use client'

import { FlexRender, type Row } from '@tanstack/react-table'
import { useRouter } from 'next/navigation'
import { memo, type RefCallback, useCallback, useMemo } from 'react'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { formatUsd, plural } from '../ui/format.ts'
import { RowGap } from '../ui/row-gap.tsx'
import { listRowProps, windowRowProps } from '../ui/row-props.ts'
import { TableBody, TableCell, TableRow } from '../ui/table.tsx'
import { useWindowRows } from '../ui/use-window-rows.ts'
import { moduleColumns, type moduleTableFeatures } from './module-columns.tsx'
import { groupByCategory, type ModuleRow } from './module-list.ts'

type TableRowOfModule = Row<typeof moduleTableFeatures, ModuleSummary>

/** The rows in sight of the ordered modules, under the heads of their categories when they are grouped. */
export function ModuleRows({ sorted, isGrouped }: { sorted: readonly TableRowOfModule[]; isGrouped: boolean }) {
  const router = useRouter()
  const byId = useMemo(() => new Map(sorted.map(row => [row.id, row])), [sorted])
  const rows = useMemo((): ModuleRow[] => {
    const ordered = sorted.map(row => row.original)
    return isGrouped ? groupByCategory(ordered) : ordered.map(module => ({ kind: 'module', module }))
  }, [sorted, isGrouped])
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: rows.length,
    estimatePx: 49,
    keyOf: useCallback((index: number) => keyOf(rows[index]), [rows]),
  })
  const { active } = useListKeys({
    count: rows.length,
    onOpen: index => {
      const row = rows[index]
      if (row?.kind === 'module') router.push(`/modules/${row.module.id}`)
    },
    onMove: scrollTo,
  })

  // Not made anew for every step of a scroll, but when rows come or go.
  const drawn = useMemo(
    () =>
      indexes.map(index => {
        const row = rows[index]
        if (!row) return null
        const common = { index, isActive: index === active, measure }
        const own = row.kind === 'module' ? byId.get(row.module.id) : undefined
        return row.kind === 'category' ? (
          <CategoryRow key={keyOf(row)} row={row} {...common} />
        ) : own ? (
          <ModuleTableRow key={own.id} row={own} {...common} />
        ) : null
      }),
    [indexes, rows, byId, active, measure],
  )
  return (
    <TableBody ref={body}>
      <RowGap px={before} />
      {drawn}
      <RowGap px={after} />
    </TableBody>
  )
}

function keyOf(row: ModuleRow | undefined): string {
  if (!row) return ''
  return row.kind === 'category' ? `category ${row.category}` : row.module.id
}

interface PlacedRow {
  index: number
  isActive: boolean
  measure: RefCallback<HTMLElement>
}

const attributesOf = ({ index, isActive, measure }: PlacedRow) => ({
  ref: measure,
  ...windowRowProps(index),
  ...listRowProps(index, isActive),
})

type ModuleTableRowProps = PlacedRow & { row: TableRowOfModule }

/** One module; drawn anew only when it changed, not while the table scrolls. */
const ModuleTableRow = memo(function ModuleTableRow({ row, ...placed }: ModuleTableRowProps) {
  return (
    <TableRow {...attributesOf(placed)} className="h-[49px]">
      {row.getAllCells().map(cell => (
        <TableCell
          key={cell.id}
          numeric={cell.column.columnDef.meta?.numeric ?? false}
          className={cell.column.columnDef.meta?.className}
        >
          <FlexRender cell={cell} />
        </TableCell>
      ))}
    </TableRow>
  )
})

type CategoryRowProps = PlacedRow & { row: Extract<ModuleRow, { kind: 'category' }> }

function CategoryRow({ row: { category, totals }, ...placed }: CategoryRowProps) {
  return (
    <TableRow {...attributesOf(placed)} className="h-8 bg-muted/50">
      <TableCell className="whitespace-nowrap py-1">
        <span className="font-semibold">{category}</span>
        <span className="num ml-2 text-faint-foreground text-xs">
          {plural(totals.modules, 'module')}
          {totals.disabled > 0 ? ` · ${totals.disabled} disabled` : ''} · {totals.inFlight} of {totals.capacity} in
          flight · {formatUsd(totals.costPerHourUsd)}/h
        </span>
      </TableCell>
      {/* Cells rather than one wide one: it would make room for the columns that are hidden on smaller screens. */}
      {moduleColumns.slice(1).map(({ id, meta }) => (
        <TableCell key={id} className={meta?.className} />
      ))}
    </TableRow>
  )
}
