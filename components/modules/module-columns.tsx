import { type ColumnDef, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table'
import Link from 'next/link'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { cn } from '../ui/cn.ts'
import { formatCount, formatMs, formatPercent, formatUsd, unknownValue } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
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

/** `Module 9` before `Module 10`. */
const { compare } = new Intl.Collator('en', { numeric: true })
const byName = (a: ModuleSummary, b: ModuleSummary) => compare(a.name, b.name)

/** Orders by a figure; modules without one come last, equal ones by name. */
function byFigure(figureOf: (module: ModuleSummary) => number | null) {
  return (a: { original: ModuleSummary }, b: { original: ModuleSummary }) => {
    const [left, right] = [figureOf(a.original) ?? -1, figureOf(b.original) ?? -1]
    return left - right || byName(b.original, a.original)
  }
}

const loadOf = ({ inFlight, capacity }: ModuleSummary) => (capacity === 0 ? null : inFlight / capacity)
const failureRateOf = ({ recent }: ModuleSummary) => (recent.calls === 0 ? null : recent.failures / recent.calls)
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
    sortFn: (a, b) => compare(a.original.category, b.original.category) || byName(a.original, b.original),
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

/** Calls per minute with one decimal while they are few: `0.4`, `12`, `1,250`. */
export function formatCallsPerMinute(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : formatCount(Math.round(value))
}

function dimmed({ enabled }: ModuleSummary): string | undefined {
  return enabled ? undefined : 'text-faint-foreground'
}

function NameCell({ module }: { module: ModuleSummary }) {
  const { id, name, enabled, health, breaker, instances } = module
  return (
    <div className="min-w-0">
      <Link
        href={`/modules/${id}`}
        prefetch={false}
        title={name}
        className={cn('block truncate font-medium hover:underline', !enabled && 'text-muted-foreground')}
      >
        {name}
      </Link>
      <div className="flex items-center gap-2 text-faint-foreground text-xs">
        <span className="truncate font-mono">{id}</span>
        <span className="num whitespace-nowrap max-sm:hidden" title="Healthy instances of all">
          {instances.healthy}/{instances.total}
        </span>
      </div>
      <div className="mt-1 flex flex-wrap gap-1 md:hidden">
        {enabled ? <StatusBadge of="health" status={health} /> : <StatusBadge of="enablement" status="disabled" />}
        {breaker === 'closed' ? null : <StatusBadge of="breaker" status={breaker} />}
      </div>
    </div>
  )
}

function LoadCell({ module: { inFlight, capacity } }: { module: ModuleSummary }) {
  const share = capacity === 0 ? 0 : inFlight / capacity
  return (
    <div className="flex items-center gap-2">
      <Meter
        label="Capacity in use"
        value={inFlight}
        max={Math.max(1, capacity)}
        valueText={`${inFlight} of ${capacity} calls`}
        tone={utilizationTone(share)}
        className="w-10 shrink-0"
      />
      <span className="num whitespace-nowrap text-muted-foreground">
        {formatCount(inFlight)}/{formatCount(capacity)}
      </span>
    </div>
  )
}

function LatencyCell({ module: { recent } }: { module: ModuleSummary }) {
  if (recent.p50Ms === null) return <span className="text-faint-foreground">{unknownValue}</span>
  return (
    <>
      {formatMs(recent.p50Ms)} <span className="text-faint-foreground">/</span> {formatMs(recent.p95Ms)}
    </>
  )
}

function FailureCell({ module }: { module: ModuleSummary }) {
  const { failures, calls } = module.recent
  const rate = failureRateOf(module)
  return (
    <span
      title={
        rate === null
          ? 'No calls in five minutes'
          : `${formatCount(failures)} of ${formatCount(calls)} calls in five minutes`
      }
      className={cn(
        rate === null || rate === 0 ? 'text-faint-foreground' : rate >= 0.1 ? 'text-bad-text' : 'text-warn-text',
      )}
    >
      {formatPercent(rate)}
    </span>
  )
}
