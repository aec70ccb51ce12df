'use client'

import { useQuery } from '@tanstack/react-query'
import { Sparkles } from 'lucide-react'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatPercent, plural } from '../ui/format.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { useLearningSearch } from './use-learning-search.ts'
import { describePattern } from './words.ts'

/** What goes with failure or slowness more often than chance would have it. */
export function PatternsPanel() {
  const trpc = useTRPC()
  const { query } = useLearningSearch()
  const { data, error, refetch } = useQuery(trpc.memory.patterns.queryOptions(query))
  if (!data) {
    return (
      <Card>
        {error ? (
          <ErrorState title="Patterns could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </Card>
    )
  }
  const footnote = `${plural(data.tested, 'trait')} tested in ${plural(data.calls, 'call')}; of what is shown, at most ${formatPercent(data.falseDiscoveryRate)} is expected to be chance.`
  return (
    <Card>
      <CardHeader title="What goes with failure or slowness" note="within each task type" />
      {data.patterns.length === 0 ? (
        <EmptyState icon={Sparkles} title="Nothing stands out">
          {data.calls === 0
            ? 'No call ended in the window. Services, hours, fields and sizes of payloads, attempts and priorities are compared as soon as twenty calls have something in common.'
            : footnote}
        </EmptyState>
      ) : (
        <>
          <Table aria-label="Patterns">
            <TableHeader>
              <tr>
                <TableHead>Type</TableHead>
                <TableHead>Pattern</TableHead>
                <TableHead numeric>Support</TableHead>
                <TableHead numeric>Lift</TableHead>
                <TableHead numeric>p</TableHead>
                <TableHead numeric>q</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {data.patterns.map(pattern => (
                <TableRow key={`${pattern.taskType} ${pattern.effect} ${JSON.stringify(pattern.trait)}`}>
                  <TableCell className="whitespace-nowrap">{pattern.taskType}</TableCell>
                  <TableCell className="num min-w-48 text-pretty sm:min-w-72">{describePattern(pattern)}</TableCell>
                  <TableCell numeric>{formatCount(pattern.support)}</TableCell>
                  <TableCell numeric>{pattern.lift.toFixed(2)}</TableCell>
                  <TableCell numeric>{formatProbability(pattern.pValue)}</TableCell>
                  <TableCell numeric>{formatProbability(pattern.qValue)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          <CardFooter className="num">{footnote}</CardFooter>
        </>
      )}
    </Card>
  )
}

function formatProbability(value: number): string {
  return value < 0.0001 ? '< 0.0001' : value.toFixed(4)
}
