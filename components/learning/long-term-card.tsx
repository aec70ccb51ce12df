'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCompact, formatCount, formatMs, formatPercent, formatUsd, unknownValue } from '../ui/format.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

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
              <TableHead numeric>Evidence</TableHead>
              <TableHead numeric>Succeeded</TableHead>
              <TableHead numeric>Mean</TableHead>
              <TableHead numeric>Services</TableHead>
              <TableHead>Best</TableHead>
              <TableHead numeric>Paid calls</TableHead>
              <TableHead numeric>Spent</TableHead>
              <TableHead>Most frequent error</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {data.map(type => (
              <TableRow key={type.taskType}>
                <TableCell className="whitespace-nowrap">{type.taskType}</TableCell>
                <TableCell numeric>{formatCompact(Math.round(type.outcomes))}</TableCell>
                <TableCell numeric>{formatPercent(type.successRate)}</TableCell>
                <TableCell numeric>{formatMs(type.meanMs)}</TableCell>
                <TableCell numeric>{formatCount(type.services)}</TableCell>
                <TableCell className="whitespace-nowrap">{type.bestModuleId ?? unknownValue}</TableCell>
                <TableCell numeric>{formatCompact(type.paidCalls)}</TableCell>
                <TableCell numeric>{formatUsd(type.costUsd)}</TableCell>
                <TableCell className="whitespace-nowrap text-muted-foreground text-xs">
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
