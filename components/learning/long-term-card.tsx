'use client'

import { useQuery } from '@tanstack/react-query'
import type { TypeStatistics } from '#server/contracts/memory.ts'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCompact, formatCount, formatMs, formatPercent, formatUsd, plural, unknownValue } from '../ui/format.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

/** Of columns that phones have no room for: there they stand below the type. */
const wide = 'max-md:hidden'

/** What is known for long of each task type. */
export function LongTermCard() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.memory.longTerm.queryOptions())
  return (
    <Card>
      <CardHeader title="Long term" note="by task type" />
      {!data ? (
        error ? (
          <ErrorState title="The long term could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={4} />
        )
      ) : data.length === 0 ? (
        <EmptyState title="Nothing has been learned yet">Each type appears with the first call that ends.</EmptyState>
      ) : (
        <Table aria-label="Long-term statistics by task type">
          <TableHeader>
            <tr>
              <TableHead>Type</TableHead>
              <TableHead numeric className={wide}>
                Evidence
              </TableHead>
              <TableHead numeric>Succeeded</TableHead>
              <TableHead numeric>Mean</TableHead>
              <TableHead numeric className={wide}>
                Services
              </TableHead>
              <TableHead className={wide}>Best</TableHead>
              <TableHead numeric className={wide}>
                Paid calls
              </TableHead>
              <TableHead numeric className={wide}>
                Spent
              </TableHead>
              <TableHead className={wide}>Most frequent error</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {data.map(type => (
              <TableRow key={type.taskType}>
                <TableCell className="max-md:w-full max-md:max-w-0">
                  <span className="block truncate" title={type.taskType}>
                    {type.taskType}
                  </span>
                  <NarrowFacts type={type} />
                </TableCell>
                <TableCell numeric className={wide}>
                  {formatCompact(Math.round(type.outcomes))}
                </TableCell>
                <TableCell numeric>{formatPercent(type.successRate)}</TableCell>
                <TableCell numeric>{formatMs(type.meanMs)}</TableCell>
                <TableCell numeric className={wide}>
                  {formatCount(type.services)}
                </TableCell>
                <TableCell className={cn(wide, 'whitespace-nowrap')}>{type.bestModuleId ?? unknownValue}</TableCell>
                <TableCell numeric className={wide}>
                  {formatCompact(type.paidCalls)}
                </TableCell>
                <TableCell numeric className={wide}>
                  {formatUsd(type.costUsd)}
                </TableCell>
                <TableCell className={cn(wide, 'whitespace-nowrap text-muted-foreground text-xs')}>
                  {type.errors[0]?.code ?? 'none'}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}

/** What phones show of a type in place of columns. */
function NarrowFacts({ type }: { type: TypeStatistics }) {
  const { outcomes, services, bestModuleId, paidCalls, costUsd, errors } = type
  const [error] = errors
  return (
    <div className="num text-pretty text-muted-foreground text-xs md:hidden">
      {plural(Math.round(outcomes), 'outcome')}, {plural(services, 'service')}
      {bestModuleId === null ? '' : `, best ${bestModuleId}`}
      {paidCalls > 0 ? `, ${formatUsd(costUsd)} spent` : ''}
      {error ? <code className="block truncate">{error.code}</code> : null}
    </div>
  )
}
