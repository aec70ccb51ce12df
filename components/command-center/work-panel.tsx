'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import type { QueueStatsDetail, WorkStats } from '#server/contracts/stats.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatDuration, formatMs, formatPercent } from '../ui/format.ts'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const refreshMs = 5_000
const minuteMs = 60_000
const shown = 8

const views = [
  { value: 'types', label: 'By type' },
  { value: 'modules', label: 'By module' },
] as const
type View = (typeof views)[number]['value']

interface Row extends WorkStats {
  key: string
  href: string
  /** Waiting tasks of a type; share of a module's slots in use. */
  load: string
  running: number
}

/** How long work waits and runs, and what came of it in five minutes: by type or by module, the busiest first. */
export function WorkPanel() {
  const trpc = useTRPC()
  const [view, setView] = useState<View>('types')
  const { data, error, refetch } = useQuery(
    trpc.queues.stats.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const rows = data ? rowsOf(data, view) : null
  return (
    <Card className="h-full min-h-64">
      <CardHeader
        title="Work"
        note="last five minutes on this replica"
        actions={<SegmentedControl label="Work by" value={view} onValueChange={setView} options={[...views]} />}
      />
      <CardContent className="overflow-x-auto p-0">
        {rows ? (
          <WorkTable rows={rows} view={view} />
        ) : error ? (
          <ErrorState title="The statistics could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={5} />
        )}
      </CardContent>
    </Card>
  )
}

function rowsOf(data: QueueStatsDetail, view: View): Row[] {
  const rows: Row[] =
    view === 'types'
      ? data.types.map(entry => ({
          ...entry,
          key: entry.type,
          href: `/tasks?type=${entry.type}`,
          load: formatCount(entry.ready),
        }))
      : data.modules.map(entry => ({
          ...entry,
          key: entry.moduleId,
          href: `/modules/${entry.moduleId}`,
          load: formatPercent(entry.utilization),
        }))
  return rows.sort((a, b) => b.run.count + b.running - (a.run.count + a.running)).slice(0, shown)
}

function WorkTable({ rows, view }: { rows: readonly Row[]; view: View }) {
  return (
    <Table aria-label={view === 'types' ? 'Work by type' : 'Work by module'}>
      <TableHeader>
        <tr>
          <TableHead>{view === 'types' ? 'Type' : 'Module'}</TableHead>
          <TableHead numeric>{view === 'types' ? 'Ready' : 'In use'}</TableHead>
          <TableHead numeric>Running</TableHead>
          <TableHead numeric title="The line: what ended in each ten seconds of the last five minutes">
            Done
          </TableHead>
          <TableHead numeric>Failed</TableHead>
          <TableHead numeric title="50th, 95th and 99th percentile">
            Wait p50 · p95 · p99
          </TableHead>
          <TableHead numeric title="50th, 95th and 99th percentile">
            Run p50 · p95 · p99
          </TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map(row => (
          <TableRow key={row.key}>
            <TableCell className="max-w-40 truncate">
              <Link href={row.href} prefetch={false} className="font-mono text-xs hover:underline">
                {row.key}
              </Link>
            </TableCell>
            <TableCell numeric>{row.load}</TableCell>
            <TableCell numeric>{formatCount(row.running)}</TableCell>
            <TableCell numeric>
              <span className="flex items-center justify-end gap-2">
                <EndedLine endedPer10s={row.endedPer10s} />
                <span className="min-w-8">{formatCount(row.completed)}</span>
              </span>
            </TableCell>
            <TableCell numeric className={row.failed > 0 ? 'text-bad-text' : undefined}>
              {formatCount(row.failed)}
            </TableCell>
            <TableCell numeric className="text-xs">
              {percentiles(row.wait)}
            </TableCell>
            <TableCell numeric className="text-xs">
              {percentiles(row.run)}
            </TableCell>
          </TableRow>
        ))}
        {rows.length === 0 ? (
          <TableRow>
            <TableCell colSpan={7} className="text-muted-foreground">
              Nothing was carried out yet.
            </TableCell>
          </TableRow>
        ) : null}
      </TableBody>
    </Table>
  )
}

/** Without the span that still goes on: it would always end in a fall. */
function EndedLine({ endedPer10s }: Pick<WorkStats, 'endedPer10s'>) {
  const values = endedPer10s.slice(0, -1)
  const top = Math.max(...values)
  return (
    <Sparkline
      values={values}
      label={`Ended in ten seconds, over five minutes: ${formatCount(values.at(-1) ?? 0)} lately, at most ${formatCount(top)}`}
      max={Math.max(1, top)}
      width={36}
      height={16}
    />
  )
}

function percentiles({ p50Ms, p95Ms, p99Ms }: WorkStats['run']): string {
  return [p50Ms, p95Ms, p99Ms].map(formatBriefly).join(' · ')
}

/** Three of them share a cell: from a minute on without the seconds. */
function formatBriefly(ms: number | null): string {
  return ms !== null && ms >= minuteMs ? formatDuration(Math.floor(ms / minuteMs) * minuteMs) : formatMs(ms)
}
