'use client'

import { useTable } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo } from 'react'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { cn } from '../ui/cn.ts'
import { TableHead, TableHeader } from '../ui/table.tsx'
import { moduleColumns, moduleTableFeatures } from './module-columns.tsx'
import { ModuleRows } from './module-rows.tsx'
import { type ModuleSortKey, useModulesSearch } from './use-modules-search.ts'

/** The modules that are shown, ordered and grouped as the URL says; a thousand of them scroll smoothly. */
export function ModuleTable({ modules }: { modules: ModuleSummary[] }) {
  const { search, setSearch } = useModulesSearch()
  const { sort, desc } = search
  const sorting = useMemo(() => [{ id: sort, desc }], [sort, desc])
  const table = useTable({
    features: moduleTableFeatures,
    columns: moduleColumns,
    data: modules,
    getRowId: module => module.id,
    state: { sorting },
    enableSortingRemoval: false,
    onSortingChange: update => {
      const [next] = typeof update === 'function' ? update(sorting) : update
      if (next) void setSearch({ sort: next.id as ModuleSortKey, desc: next.desc })
    },
  })

  return (
    <table
      aria-label="Modules"
      aria-rowcount={-1}
      className="w-full table-fixed border-separate border-spacing-0 text-left text-sm"
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
      <ModuleRows sorted={table.getRowModel().rows} isGrouped={search.grouped} />
    </table>
  )
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
