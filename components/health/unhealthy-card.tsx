'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { HeartPulse } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { formatCount, formatScore } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TableCell } from '../ui/table.tsx'
import { useSettled } from '../ui/use-settled.ts'
import { MemberName } from './member-name.tsx'
import { MemberTable } from './member-table.tsx'
import { useHealthSearch } from './use-health-search.ts'

const refreshMs = 3_000
const restMs = 300

/** Members strictly below a threshold, the worst first; the threshold is in the URL. */
export function UnhealthyCard() {
  const trpc = useTRPC()
  const { search } = useHealthSearch()
  const isKnown = isThreshold(search.below)
  const { data, error } = useQuery(
    trpc.health.unhealthy.queryOptions(
      { threshold: search.below },
      { enabled: isKnown, refetchInterval: useLiveInterval(refreshMs), placeholderData: keepPreviousData },
    ),
  )
  return (
    <Card>
      <CardHeader
        title={isKnown ? `Below ${formatScore(search.below)}` : 'Below a threshold'}
        note={isKnown && data ? <span className="num">{formatCount(data.length)}</span> : undefined}
      />
      <CardContent className="p-0">
        <div className="border-b px-4 py-3">
          <ThresholdField />
        </div>
        <ErrorLine error={error} className="m-4" />
        {!isKnown ? null : !data ? (
          error ? null : (
            <SkeletonRows rows={4} />
          )
        ) : data.length === 0 ? (
          <EmptyState icon={HeartPulse} title="Nothing is below it" />
        ) : (
          <MemberTable
            label="Members below the threshold"
            heads={['Member', 'Score', 'Since']}
            members={data}
            keyOf={keyOf}
          >
            {member => (
              <>
                <TableCell className="w-full max-w-0">
                  <MemberName member={member} />
                </TableCell>
                <TableCell numeric>{formatScore(member.score)}</TableCell>
                <TableCell className="whitespace-nowrap text-muted-foreground text-xs">
                  {member.since === null ? 'not known' : <RelativeTime at={member.since} />}
                </TableCell>
              </>
            )}
          </MemberTable>
        )}
      </CardContent>
    </Card>
  )
}

const isThreshold = (figure: number) => figure >= 0 && figure <= 100
const keyOf = ({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`

function ThresholdField() {
  const { search, setSearch } = useHealthSearch()
  const [text, setText] = useState(String(search.below))
  const settled = useSettled(text, restMs)
  const figure = settled.trim() === '' ? Number.NaN : Number(settled)
  const isWrong = !isThreshold(figure)
  useEffect(() => {
    if (!isWrong) void setSearch({ below: figure })
  }, [figure, isWrong, setSearch])
  return (
    <Field
      label="Threshold"
      hint="Strictly below this score, 0 to 100."
      error={isWrong ? 'It must be a figure from 0 to 100.' : null}
      className="max-w-60"
    >
      {control => (
        <Input
          {...control}
          inputMode="decimal"
          className="num"
          value={text}
          onChange={event => setText(event.target.value)}
        />
      )}
    </Field>
  )
}
