'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { HealthHistoryChart } from '../charts/time-charts.tsx'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { useNow } from '../data/use-now.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { fromFieldText, toFieldText } from '../ui/moment-text.ts'
import { PopoverButton } from '../ui/popover-button.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
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
  const since = Math.floor((useNow() - rangeMs[range]) / 60_000) * 60_000
  const query = isAbsolute
    ? { ...(from ? { from: from.toISOString() } : {}), ...(to ? { to: to.toISOString() } : {}) }
    : { from: new Date(since).toISOString() }
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
        <RangePicker />
      </div>
      <div className="h-[232px] px-3 pt-3">
        {error && !data ? (
          <ErrorLine error={error} />
        ) : !data ? (
          <Skeleton className="h-full" />
        ) : data.length < 2 ? (
          <p className="grid h-full place-items-center text-muted-foreground">
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

function RangePicker() {
  const { search, setSearch } = useHealthSearch()
  const zone = useClockZone()
  const isWrong = search.from !== null && search.to !== null && search.from >= search.to
  return (
    <PopoverButton
      label="Range of the history"
      className="grid w-72 gap-3"
      button={<Button size="sm">From, until</Button>}
    >
      {() =>
        (['from', 'to'] as const).map(end => (
          <Field
            key={end}
            label={end === 'from' ? 'From' : 'Until'}
            hint={zone === 'utc' ? 'UTC' : 'your local time'}
            error={isWrong && end === 'to' ? 'It ends before it begins.' : null}
          >
            {control => (
              <Input
                {...control}
                type="datetime-local"
                className="num"
                value={toFieldText(search[end]?.toISOString() ?? null, zone)}
                onChange={event => {
                  const moment = fromFieldText(event.target.value, zone)
                  void setSearch({ [end]: moment === null ? null : new Date(moment) })
                }}
              />
            )}
          </Field>
        ))
      }
    </PopoverButton>
  )
}
