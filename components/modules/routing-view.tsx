'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import type { BalancerStats, RoutingStats } from '#server/contracts/stats.ts'
import { BarList } from '../charts/bars.tsx'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatPercent, plural } from '../ui/format.ts'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { StatTile } from '../ui/stat-tile.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { strategyLooks } from './strategies.ts'

const refreshMs = 3_000
const shownServices = 25
const shownBalanced = 50

/** Where calls went since this replica started: by service and by type, and how evenly within each module. */
export function RoutingView({ modules }: { modules: readonly ModuleSummary[] | undefined }) {
  const trpc = useTRPC()
  const refetchInterval = useLiveInterval(refreshMs)
  const routing = useQuery(trpc.router.stats.queryOptions({}, { refetchInterval }))
  const balancing = useQuery(trpc.router.balancer.queryOptions({}, { refetchInterval }))
  const names = new Map(modules?.map(({ id, name }) => [id, name]))
  const error = routing.error ?? balancing.error
  if (error && (!routing.data || !balancing.data)) {
    return (
      <Card>
        <ErrorState
          title="The statistics could not be loaded"
          error={error}
          onRetry={() => void Promise.all([routing.refetch(), balancing.refetch()])}
        />
      </Card>
    )
  }
  return (
    <div className="grid gap-4">
      <StaleLine error={error} />
      <Totals stats={routing.data} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Types stats={routing.data} />
        <Services stats={routing.data} names={names} />
      </div>
      <Balance stats={balancing.data} names={names} />
    </div>
  )
}

function Totals({ stats }: { stats: RoutingStats | undefined }) {
  return (
    <Card className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 md:grid-cols-4">
      <StatTile
        label="Routed"
        value={stats && formatCount(stats.totalRoutes)}
        unit="calls"
        note="since this replica started"
      />
      <StatTile
        label="Fallbacks"
        value={stats && formatPercent(stats.totalRoutes === 0 ? null : stats.fallbackRate)}
        tone={stats && stats.fallbackRate >= 0.1 ? 'warn' : undefined}
        note={stats ? `${formatCount(stats.fallbacks)} went to another than the best` : ' '}
      />
      <StatTile
        label="Found no route"
        value={stats && formatCount(stats.unroutable)}
        unit="times"
        note="they wait and are routed again"
      />
      <StatTile
        label="Services in use"
        value={stats && formatCount(Object.keys(stats.serviceDistribution).length)}
        note={stats ? plural(stats.types.length, 'task type') : ' '}
      />
    </Card>
  )
}

function Types({ stats }: { stats: RoutingStats | undefined }) {
  return (
    <Card>
      <CardHeader title="By task type" />
      <CardContent className="p-0">
        {!stats ? (
          <SkeletonRows rows={4} />
        ) : stats.types.length === 0 ? (
          <EmptyState title="Nothing was routed yet" />
        ) : (
          <Table aria-label="Routing by task type">
            <TableHeader>
              <tr>
                <TableHead>Type</TableHead>
                <TableHead numeric>Routed</TableHead>
                <TableHead numeric>Fallbacks</TableHead>
                <TableHead numeric className="max-sm:hidden">
                  Rate
                </TableHead>
                <TableHead numeric>No route</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {stats.types.map(({ type, routes, fallbacks, fallbackRate, unroutable }) => (
                <TableRow key={type}>
                  <TableCell className="max-w-48 truncate font-mono text-xs">{type}</TableCell>
                  <TableCell numeric>{formatCount(routes)}</TableCell>
                  <TableCell numeric>{formatCount(fallbacks)}</TableCell>
                  <TableCell numeric className={cn('max-sm:hidden', fallbackRate >= 0.1 && 'text-warn-text')}>
                    {formatPercent(routes === 0 ? null : fallbackRate)}
                  </TableCell>
                  <TableCell numeric>{formatCount(unroutable)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </CardContent>
    </Card>
  )
}

function Services({ stats, names }: { stats: RoutingStats | undefined; names: ReadonlyMap<string, string> }) {
  const services = Object.entries(stats?.serviceDistribution ?? {}).sort((a, b) => b[1] - a[1])
  const total = stats?.totalRoutes ?? 0
  return (
    <Card>
      <CardHeader
        title="By service"
        note={services.length > shownServices ? `the first ${shownServices}` : undefined}
      />
      <CardContent>
        {stats ? (
          <BarList
            label="Calls by service"
            items={services.slice(0, shownServices).map(([id, calls]) => ({
              key: id,
              name: names.get(id) ?? id,
              segments: [{ name: 'Calls', value: calls, fill: 1 as const }],
              figure: `${formatCount(calls)} · ${formatPercent(total === 0 ? null : calls / total)}`,
            }))}
          />
        ) : (
          <Skeleton className="h-24" />
        )}
        {stats && services.length === 0 ? <p className="text-muted-foreground">No service was called yet.</p> : null}
      </CardContent>
    </Card>
  )
}

function Balance({ stats, names }: { stats: BalancerStats | undefined; names: ReadonlyMap<string, string> }) {
  const several = (stats?.modules ?? [])
    .filter(({ instances }) => instances.length > 1)
    .sort((a, b) => (a.fairness ?? 2) - (b.fairness ?? 2))
  return (
    <Card>
      <CardHeader
        title="Within modules"
        note={
          stats && several.length > 0 ? (
            <span className="num">modules of several instances, the least even first</span>
          ) : undefined
        }
      />
      <CardContent className="p-0">
        {!stats ? (
          <SkeletonRows rows={3} />
        ) : several.length === 0 ? (
          <EmptyState title="No module runs in several places">Add an instance to share its calls out.</EmptyState>
        ) : (
          <Table aria-label="Balance within modules">
            <TableHeader>
              <tr>
                <TableHead>Module</TableHead>
                <TableHead>Strategy</TableHead>
                <TableHead numeric className="max-sm:hidden">
                  Instances
                </TableHead>
                <TableHead numeric>Largest share</TableHead>
                <TableHead numeric>Fairness</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {several.slice(0, shownBalanced).map(({ moduleId, strategy, fairness, instances }) => (
                <TableRow key={moduleId}>
                  <TableCell>
                    <Link href={`/modules/${moduleId}`} prefetch={false} className="hover:underline">
                      {names.get(moduleId) ?? moduleId}
                    </Link>
                  </TableCell>
                  <TableCell>{strategyLooks[strategy as keyof typeof strategyLooks].label}</TableCell>
                  <TableCell numeric className="max-sm:hidden">
                    {formatCount(instances.length)}
                  </TableCell>
                  <TableCell numeric>
                    {formatPercent(fairness === null ? null : Math.max(...instances.map(({ share }) => share)))}
                  </TableCell>
                  <TableCell numeric>{formatPercent(fairness)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </CardContent>
    </Card>
  )
}
