'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SpendView } from '#server/contracts/stats.ts'
import { BarList } from '../charts/bars.tsx'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatUsd } from '../ui/format.ts'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const refreshMs = 10_000
const shown = 8

const views = [
  { value: 'module', label: 'By module' },
  { value: 'type', label: 'By type' },
  { value: 'day', label: 'By day' },
] as const
type View = (typeof views)[number]['value']

/** What calls cost in the last seven days: by module, by type or by day. */
export function SpendPanel() {
  const trpc = useTRPC()
  const [by, setBy] = useState<View>('module')
  const { data, error, refetch } = useQuery(
    trpc.stats.spend.queryOptions({ by }, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <Card className="h-full min-h-64">
      <CardHeader
        title="Spend"
        note={data ? <span className="num">{`${formatUsd(data.totalUsd)} in 7 days`}</span> : null}
        actions={<SegmentedControl label="Spend by" value={by} onValueChange={setBy} options={[...views]} />}
      />
      {data ? (
        <CardContent>
          <SpendBars view={data} />
        </CardContent>
      ) : error ? (
        <ErrorState title="The spend could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={5} />
      )}
    </Card>
  )
}

function SpendBars({ view: { rows, by } }: { view: SpendView }) {
  if (rows.length === 0) {
    return (
      <p className="text-muted-foreground">
        No call has cost anything. A module's cost per hour is part of its configuration; calls cost their share of it.
      </p>
    )
  }
  const visible = by === 'day' ? rows.slice(-shown) : rows.slice(0, shown)
  return (
    <BarList
      label={`Spend by ${by}`}
      max={Math.max(...visible.map(({ costUsd }) => costUsd))}
      items={visible.map(({ key, calls, costUsd }) => ({
        key,
        name: <span title={`${formatCount(calls)} calls`}>{key}</span>,
        segments: [{ name: 'Spend in USD', value: costUsd, fill: 1 }],
        figure: formatUsd(costUsd),
      }))}
    />
  )
}
