import { type ColumnDef, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { compareNames } from '../ui/compare-names.ts'
import { formatUsd } from '../ui/format.ts'
import { StatusText } from '../ui/status-badge.tsx'
import { FailureCell, failureRateOf, formatCallsPerMinute, LatencyCell, LoadCell, NameCell } from './module-cells.tsx'
import { healthOrder } from './module-list.ts'
import type { ModuleSortKey } from './use-modules-search.ts'

interface ColumnLook {
  /** Width, and from which width of the screen on it is shown. */
  className: string
  numeric?: boolean
}

/** What the table of modules can do: sort, nothing else; filters come before it. */
export const moduleTableFeatures = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnMeta: {} as ColumnLook,
})

type ModuleColumn = ColumnDef<typeof moduleTableFeatures, ModuleSummary> & {
  id: ModuleSortKey | 'state' | 'breaker' | 'version'
}

const byName = (a: ModuleSummary, b: ModuleSummary) => compareNames(a.name, b.name)

/** Orders by a figure; modules without one come last, equal ones by name. */
function byFigure(figureOf: (module: ModuleSummary) => number | null) {
  return (a: { original: ModuleSummary }, b: { original: ModuleSummary }) => {
    const [left, right] = [figureOf(a.original) ?? -1, figureOf(b.original) ?? -1]
    return left - right || byName(b.original, a.original)
  }
}

const loadOf = ({ inFlight, capacity }: ModuleSummary) => (capacity === 0 ? null : inFlight / capacity)
const illnessOf = ({ enabled, health }: ModuleSummary) =>
  enabled ? healthOrder.length - healthOrder.indexOf(health) : 0

/** The columns of the list of modules, the most telling first. */
export const moduleColumns: ModuleColumn[] = [
  {
    id: 'name',
    header: 'Module',
    accessorFn: module => module.id,
    sortFn: (a, b) => byName(a.original, b.original),
    cell: ({ row }) => <NameCell module={row.original} />,
    meta: { className: '' },
  },
  {
    id: 'state',
    header: 'State',
    enableSorting: false,
    cell: ({ row }) => (
      <StatusText
        of="enablement"
        status={row.original.enabled ? 'enabled' : 'disabled'}
        className={row.original.enabled ? 'text-muted-foreground' : undefined}
      />
    ),
    meta: { className: 'w-26 max-lg:hidden' },
  },
  {
    id: 'health',
    header: 'Health',
    accessorFn: module => module.id,
    sortFn: byFigure(illnessOf),
    sortDescFirst: true,
    cell: ({ row }) => <StatusText of="health" status={row.original.health} className={dimmed(row.original)} />,
    meta: { className: 'w-27 max-md:hidden' },
  },
  {
    id: 'breaker',
    header: 'Breaker',
    enableSorting: false,
    cell: ({ row }) => <StatusText of="breaker" status={row.original.breaker} className={dimmed(row.original)} />,
    meta: { className: 'w-27 max-md:hidden' },
  },
  {
    id: 'category',
    header: 'Category',
    accessorFn: module => module.id,
    sortFn: (a, b) => compareNames(a.original.category, b.original.category) || byName(a.original, b.original),
    cell: ({ row }) => <span className="block truncate text-muted-foreground">{row.original.category}</span>,
    meta: { className: 'w-28 max-2xl:hidden' },
  },
  {
    id: 'version',
    header: 'Version',
    enableSorting: false,
    cell: ({ row }) => <span className="num block truncate text-muted-foreground">{row.original.version}</span>,
    meta: { className: 'w-20 max-[1400px]:hidden' },
  },
  {
    id: 'load',
    header: 'In flight',
    accessorFn: module => module.id,
    sortFn: byFigure(loadOf),
    sortDescFirst: true,
    cell: ({ row }) => <LoadCell module={row.original} />,
    meta: { className: 'w-30 max-lg:hidden' },
  },
  {
    id: 'calls',
    header: 'Calls/min',
    accessorFn: module => module.id,
    sortFn: byFigure(({ recent }) => recent.callsPerMinute),
    sortDescFirst: true,
    cell: ({ row }) => formatCallsPerMinute(row.original.recent.callsPerMinute),
    meta: { className: 'w-24', numeric: true },
  },
  {
    id: 'latency',
    header: 'p50 / p95',
    accessorFn: module => module.id,
    sortFn: byFigure(({ recent }) => recent.p95Ms),
    sortDescFirst: true,
    cell: ({ row }) => <LatencyCell module={row.original} />,
    meta: { className: 'w-36 max-md:hidden', numeric: true },
  },
  {
    id: 'failures',
    header: 'Failed',
    accessorFn: module => module.id,
    sortFn: byFigure(failureRateOf),
    sortDescFirst: true,
    cell: ({ row }) => <FailureCell module={row.original} />,
    meta: { className: 'w-22 max-md:hidden', numeric: true },
  },
  {
    id: 'cost',
    header: 'Cost/h',
    accessorFn: module => module.id,
    sortFn: byFigure(({ costPerHourUsd }) => costPerHourUsd),
    sortDescFirst: true,
    cell: ({ row }) => formatUsd(row.original.costPerHourUsd),
    meta: { className: 'w-22 max-xl:hidden', numeric: true },
  },
]

function dimmed({ enabled }: ModuleSummary): string | undefined {
  return enabled ? undefined : 'text-faint-foreground'
}
