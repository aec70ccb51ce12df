'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { HealthHistoryChart } from '../charts/time-charts.tsx'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useNowAs } from '../data/use-now.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { toMoments } from '../ui/time-range.ts'
import { MomentRangeField } from '../ui/time-range-field.tsx'
import { healthRanges, rangeMs, useHealthSearch } from './use-health-search.ts'

const refreshMs = 15_000
const labels = { '1h': '1 h', '6h': '6 h', '24h': '24 h', '7d': '7 d', '30d': '30 d' } as const

/** The score over a chosen range, over the bands. */
export function HealthHistoryCard() {
  const trpc = useTRPC()
  const { search, setSearch } = useHealthSearch()
  const { range, from, to } = search
  const isAbsolute = from !== null || to !== null
  // Rounded, so that the question stays the same while it is asked again every few seconds.
  const since = useNowAs(now => Math.floor((now - rangeMs[range]) / 60_000) * 60_000)
  const query = isAbsolute ? toMoments({ range: null, from, to }, since) : { from: new Date(since).toISOString() }
  const interval = useLiveInterval(refreshMs)
  const { data, error } = useQuery(
    trpc.health.history.queryOptions(query, {
      refetchInterval: to === null ? interval : false,
      placeholderData: keepPreviousData,
    }),
  )
  return (
    <Card>
      <CardHeader title="Over time" note="the lowest score of each span" />
      <div className="flex flex-wrap items-center gap-1.5 px-4 pt-3">
        <SegmentedControl
          label="Range"
          value={isAbsolute ? 'other' : range}
          onValueChange={value => void setSearch({ range: value === 'other' ? null : value, from: null, to: null })}
          options={healthRanges.map(value => ({ value, label: labels[value] }))}
        />
        <MomentRangeField label="Range of the history" value={search} onChange={change => void setSearch(change)} />
      </div>
      <div className="h-[244px] px-3 pt-3">
        {error && !data ? (
          <ErrorLine error={error} />
        ) : !data ? (
          <Skeleton className="h-full" />
        ) : data.length < 2 ? (
          <p className="grid h-full place-items-center text-center text-muted-foreground">
            There is no line yet: fewer than two readings of that time are kept.
          </p>
        ) : (
          <HealthHistoryChart points={data} height={224} />
        )}
      </div>
      {error && data ? <p className="px-4 pb-2 text-warn-text text-xs">{describeError(error).message}</p> : null}
    </Card>
  )
}
