'use client'

import { useQuery } from '@tanstack/react-query'
import { CircleCheck, MailWarning } from 'lucide-react'
import { useState } from 'react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { NoMatch } from '../ui/no-match.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { CauseTable } from './cause-table.tsx'
import { type LetterSearch, toLetterFilter, toStates } from './letter-filter.ts'
import { MatchingActions } from './matching-actions.tsx'
import { useLettersSearch } from './use-letters-search.ts'

const everyMs = 4_000

/** Letters by cause, the one that was seen last first. */
export function CauseListing({ search }: { search: LetterSearch }) {
  const trpc = useTRPC()
  const { setSearch, isFiltered, clear } = useLettersSearch()
  const [filter] = useState(() => toLetterFilter(search, Date.now()))
  const { data, error, refetch } = useQuery(
    trpc.deadLetters.groups.queryOptions(
      { ...filter, state: toStates(search.state) },
      { refetchInterval: useLiveInterval(everyMs) },
    ),
  )
  const causes = data?.items
  const letterCount = causes?.reduce((sum, cause) => sum + (search.state === 'open' ? cause.open : cause.total), 0) ?? 0
  return (
    <>
      {causes ? <StaleLine error={error} /> : null}
      <Card className="overflow-clip">
        <CardHeader
          title="Causes"
          note={causes?.length ? <span className="num">{plural(causes.length, 'cause')}</span> : null}
          actions={<MatchingActions filter={filter} />}
        />
        {!causes ? (
          error ? (
            <ErrorState title="The dead letters could not be loaded" error={error} onRetry={() => void refetch()} />
          ) : (
            <SkeletonRows rows={8} />
          )
        ) : causes.length > 0 ? (
          <>
            <CauseTable
              causes={causes}
              onOpen={cause => void setSearch({ cause: cause.fingerprint, view: 'letters' }, { history: 'push' })}
            />
            <CardFooter className="num">
              {plural(letterCount, search.state === 'all' ? 'letter' : `${search.state} letter`)}
            </CardFooter>
          </>
        ) : isFiltered ? (
          <NoMatch icon={MailWarning} title="No dead letter matches" onClear={clear} />
        ) : (
          <NoLetters state={search.state} />
        )}
      </Card>
    </>
  )
}

/** What it means that there is nothing: good news where the open ones would be. */
export function NoLetters({ state }: { state: LetterSearch['state'] }) {
  if (state === 'reprocessed' || state === 'discarded') {
    return (
      <EmptyState icon={MailWarning} title={`None has been ${state} yet`}>
        What is {state} leaves the open ones and stays here for 30 days.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={CircleCheck}
      title={state === 'open' ? 'No failed task waits for you' : 'No task has failed for good'}
    >
      When one uses up its attempts, or fails in a way that no retry would mend, it is kept here with its payload and
      its error, grouped by cause, until somebody reprocesses or discards it.
    </EmptyState>
  )
}
