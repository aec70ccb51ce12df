'use client'

import { Activity } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useConnectionState } from '../data/connection-state.ts'
import { useLive } from '../data/live.tsx'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { formatRate, plural } from '../ui/format.ts'
import { NoMatch } from '../ui/no-match.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Moment } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { EventFilters } from './event-filters.tsx'
import { typesOfGroups } from './event-groups.ts'
import { EventList } from './event-list.tsx'
import { isOpenEnded } from './follow-events.ts'
import { PendingButton } from './pending-button.tsx'
import { matchesText } from './summarize-event.ts'
import { useEventFeed } from './use-event-feed.ts'
import { useEventsSearch } from './use-events-search.ts'
import { usePointerHold } from './use-pointer-hold.ts'

const EventSheet = onDemand(() => import('./event-sheet.tsx').then(module => module.EventSheet))

const liveSize = 1_000

/** Everything that happens in the fleet, as it happens and as far back as it is kept. */
export function EventsPage() {
  const { search, setSearch, isFiltered, clear } = useEventsSearch()
  const { pausedBy } = useLive()
  const pointer = usePointerHold()
  const [isAway, setAway] = useState(false)
  const [returns, setReturns] = useState(0)
  const rate = useFleetPulse()?.eventsPerSecond
  const time = { range: search.range, from: search.from, to: search.to }
  const isFollowed = isOpenEnded(time)
  const isPaused = pausedBy === 'operator'
  const isReading = isAway || search.event !== null
  const feed = useEventFeed(
    {
      types: typesOfGroups(search.show),
      moduleId: search.module || undefined,
      taskId: search.task || undefined,
      time,
    },
    { size: liveSize, hold: isPaused || isReading || pointer.isHeld },
  )
  const { q } = search
  const found = useMemo(() => feed.events?.filter(event => matchesText(event, q)), [feed.events, q])
  const open = (seq: number) => void setSearch({ event: seq })
  const showNew = () => {
    setAway(false)
    setReturns(was => was + 1)
    feed.catchUp()
  }
  const isLost = useConnectionState().phase === 'lost'
  const state = () => {
    if (feed.error && !feed.events) return 'Not loaded'
    if (isLost) return 'Not connected'
    if (!isFollowed) return 'What happened then'
    if (isPaused) return 'Paused'
    return isReading || pointer.isHeld ? 'Held while you look' : 'Live'
  }
  return (
    <div className="flex h-[calc(100dvh-9rem)] min-h-120 flex-col md:h-[calc(100dvh-6rem)]">
      <PageHeader title="Events" description="Everything that happens in the fleet, in order." />
      <EventFilters />
      <Card className="flex min-h-0 flex-1 flex-col" {...pointer.handlers}>
        <CardHeader
          title={state()}
          note={rate === undefined ? null : <span className="num">{formatRate(rate)} in the whole fleet</span>}
          actions={<PendingButton count={feed.pendingCount} isOverrun={feed.isOverrun} onShow={showNew} />}
        />
        {feed.error && found ? <ErrorLine error={feed.error} className="m-3" /> : null}
        {!found ? (
          feed.error ? (
            <ErrorState
              title="The events could not be loaded"
              error={feed.error}
              onRetry={feed.restart}
              className="flex-1"
            />
          ) : (
            <SkeletonRows rows={14} className="min-h-0 flex-1 overflow-hidden" />
          )
        ) : found.length > 0 ? (
          <EventList
            events={found}
            onOpen={open}
            onLeaveTop={setAway}
            onReachEnd={() => q === '' && feed.loadOlder()}
            returns={returns}
            className="min-h-0 flex-1"
          />
        ) : (
          <NothingFound isFiltered={isFiltered} isFollowed={isFollowed} onClear={clear} />
        )}
        <CardFooter className="justify-between">
          <span className="num truncate">
            {found ? plural(found.length, 'event') : null}
            {feed.events?.length ? (
              <>
                {' '}
                back to <Moment at={feed.events.at(-1)?.at ?? null} />
              </>
            ) : null}
          </span>
          {feed.hasOlder ? (
            <Button size="sm" variant="ghost" aria-busy={feed.isLoadingOlder} onClick={feed.loadOlder}>
              {q === '' ? 'Load older' : 'Search further back'}
            </Button>
          ) : null}
        </CardFooter>
      </Card>
      <EventSheet
        open={search.event}
        known={feed.events?.find(event => event.seq === search.event)}
        onClose={() => void setSearch({ event: null })}
      />
    </div>
  )
}

interface NothingFoundProps {
  isFiltered: boolean
  isFollowed: boolean
  onClear: () => void
}

function NothingFound({ isFiltered, isFollowed, onClear }: NothingFoundProps) {
  return isFiltered ? (
    <NoMatch icon={Activity} title="No event matches" onClear={onClear} className="flex-1">
      {isFollowed ? undefined : 'Choose another range of time, or take a filter away.'}
    </NoMatch>
  ) : (
    <EmptyState icon={Activity} title="Nothing has happened yet" command="npm run demo" className="flex-1">
      Events appear here as soon as a module is registered or a task accepted. The example fleet gives you both.
    </EmptyState>
  )
}
