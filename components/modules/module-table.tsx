'use client'

import { FlexRender, type Row, useTable } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { memo, type RefCallback, useMemo } from 'react'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { cn } from '../ui/cn.ts'
import { formatUsd, plural } from '../ui/format.ts'
import { RowGap } from '../ui/row-gap.tsx'
import { TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { useWindowRows } from '../ui/use-window-rows.ts'
import { moduleColumns, moduleTableFeatures } from './module-columns.tsx'
import { groupByCategory, type ModuleRow } from './module-list.ts'
import { type ModuleSortKey, useModulesSearch } from './use-modules-search.ts'

/** The modules that are shown, ordered and grouped as the URL says; a thousand of them scroll smoothly. */
export function ModuleTable({ modules }: { modules: ModuleSummary[] }) {
  const { search, setSearch } = useModulesSearch()
  const router = useRouter()
  const table = useTable({
    features: moduleTableFeatures,
    columns: moduleColumns,
    data: modules,
    getRowId: module => module.id,
    state: { sorting: [{ id: search.sort, desc: search.desc }] },
    enableSortingRemoval: false,
    onSortingChange: update => {
      const [next] = typeof update === 'function' ? update([{ id: search.sort, desc: search.desc }]) : update
      if (next) void setSearch({ sort: next.id as ModuleSortKey, desc: next.desc })
    },
  })
  const sorted = table.getRowModel().rows
  const byId = useMemo(() => new Map(sorted.map(row => [row.id, row])), [sorted])
  const rows = useMemo((): ModuleRow[] => {
    const ordered = sorted.map(row => row.original)
    return search.grouped ? groupByCategory(ordered) : ordered.map(module => ({ kind: 'module', module }))
  }, [sorted, search.grouped])
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: rows.length,
    estimatePx: 47,
    keyOf: index => keyOf(rows[index]),
  })
  const { active } = useListKeys({
    count: rows.length,
    onOpen: index => {
      const row = rows[index]
      if (row?.kind === 'module') router.push(`/modules/${row.module.id}`)
    },
    onMove: scrollTo,
  })

  return (
    <table
      aria-label="Modules"
      aria-rowcount={rows.length + 1}
      className="w-full table-fixed border-collapse text-left text-sm"
    >
      <TableHeader className="top-12 z-10">
        <tr>
          {table.getFlatHeaders().map(({ column }) => (
            <TableHead
              key={column.id}
              numeric={column.columnDef.meta?.numeric ?? false}
              className={column.columnDef.meta?.className}
              aria-sort={ariaSort(column.getIsSorted())}
            >
              {column.getCanSort() ? (
                <SortButton
                  label={String(column.columnDef.header)}
                  isNumeric={column.columnDef.meta?.numeric ?? false}
                  direction={column.getIsSorted()}
                  onSort={() => column.toggleSorting()}
                />
              ) : (
                String(column.columnDef.header)
              )}
            </TableHead>
          ))}
        </tr>
      </TableHeader>
      <TableBody ref={body}>
        <RowGap px={before} />
        {indexes.map(index => {
          const row = rows[index]
          if (!row) return null
          const common = { index, isActive: index === active, measure }
          const own = row.kind === 'module' ? byId.get(row.module.id) : undefined
          return row.kind === 'category' ? (
            <CategoryRow key={keyOf(row)} row={row} {...common} />
          ) : own ? (
            <ModuleTableRow key={own.id} row={own} {...common} />
          ) : null
        })}
        <RowGap px={after} />
      </TableBody>
    </table>
  )
}

function keyOf(row: ModuleRow | undefined): string {
  if (!row) return ''
  return row.kind === 'category' ? `category ${row.category}` : row.module.id
}

function ariaSort(direction: false | 'asc' | 'desc') {
  if (direction === false) return undefined
  return direction === 'asc' ? ('ascending' as const) : ('descending' as const)
}

interface SortButtonProps {
  label: string
  /** Figures stand at the right edge; so does the label of theirs. */
  isNumeric: boolean
  direction: false | 'asc' | 'desc'
  onSort: () => void
}

function SortButton({ label, isNumeric, direction, onSort }: SortButtonProps) {
  const Icon = direction === 'desc' ? ArrowDown : ArrowUp
  return (
    <button
      type="button"
      onClick={onSort}
      className={cn(
        'group inline-flex items-center gap-1 rounded-sm hover:text-foreground',
        isNumeric && 'flex-row-reverse',
        direction && 'text-foreground',
      )}
    >
      {label}
      <Icon
        aria-hidden
        className={cn('size-3', direction ? '' : 'opacity-0 group-hover:opacity-50 group-focus-visible:opacity-50')}
      />
    </button>
  )
}

interface PlacedRow {
  index: number
  isActive: boolean
  measure: RefCallback<HTMLElement>
}

const attributesOf = ({ index, isActive, measure }: PlacedRow) => ({
  ref: measure,
  'data-index': index,
  'data-list-row': index,
  'data-active': isActive || undefined,
  'aria-rowindex': index + 2,
})

type ModuleTableRowProps = PlacedRow & { row: Row<typeof moduleTableFeatures, ModuleSummary> }

/** One module; drawn anew only when it changed, not while the table scrolls. */
const ModuleTableRow = memo(function ModuleTableRow({ row, ...placed }: ModuleTableRowProps) {
  return (
    <TableRow {...attributesOf(placed)} className="h-[47px] scroll-mt-24 scroll-mb-20">
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
