'use client'

import { useQuery } from '@tanstack/react-query'
import type { ReplicaView } from '#server/contracts/replicas.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Badge } from '../ui/badge.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { IdText } from '../ui/copy-button.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatDuration, unknownValue } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { clockWords, dutyWords } from './replica-words.ts'

const refreshMs = 2_000

/** Every process that works on this database: how it stands, what it does, and what it alone does for all. */
export function ReplicasPanel() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.replicas.list.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const replicas = data?.items
  return (
    <Card>
      <CardHeader
        title="Replicas"
        note={replicas ? <span className="num">{countWords(replicas)}</span> : 'processes on this database'}
      />
      <CardContent className="p-0">
        {replicas ? (
          <Table aria-label="Replicas">
            <TableHeader>
              <tr>
                <TableHead>Replica</TableHead>
                <TableHead>State</TableHead>
                <TableHead>Heard of</TableHead>
                <TableHead numeric>Up for</TableHead>
                <TableHead>Calls in flight</TableHead>
                <TableHead numeric>Tasks held</TableHead>
                <TableHead numeric>Claimed / min</TableHead>
                <TableHead>Duties</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {replicas.map(replica => (
                <ReplicaRow key={replica.id} replica={replica} />
              ))}
            </TableBody>
          </Table>
        ) : error ? (
          <ErrorState title="The replicas could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={3} />
        )}
      </CardContent>
    </Card>
  )
}

function ReplicaRow({ replica }: { replica: ReplicaView }) {
  const { state, uptimeMs } = replica
  const isGone = state === 'stopped' || state === 'lost'
  return (
    <TableRow className={cn('align-top [&>td]:py-2', isGone && 'text-muted-foreground')}>
      <TableCell>
        <div className="flex items-center gap-2">
          <IdText id={replica.id} />
          {replica.isThis ? <Badge>this one</Badge> : null}
        </div>
        <div className="w-40 text-faint-foreground text-xs sm:w-auto sm:whitespace-nowrap">{placeWords(replica)}</div>
      </TableCell>
      <TableCell>
        <StandingCell replica={replica} />
      </TableCell>
      <TableCell>
        <RelativeTime at={replica.heartbeatAt} />
      </TableCell>
      <TableCell numeric>{uptimeMs === null ? unknownValue : formatDuration(uptimeMs)}</TableCell>
      <TableCell>{isGone ? unknownValue : <CallsCell replica={replica} />}</TableCell>
      <TableCell numeric>{formatCount(replica.leases)}</TableCell>
      <TableCell numeric>{isGone ? unknownValue : formatCount(replica.claimedPerMinute)}</TableCell>
      <TableCell>
        <DutiesCell replica={replica} />
      </TableCell>
    </TableRow>
  )
}

function StandingCell({ replica }: { replica: ReplicaView }) {
  const { staleWrites } = replica
  const clock = clockWords(replica)
  return (
    <>
      <StatusText of="replica" status={replica.state} />
      {clock ? <div className="num text-warn-text text-xs">{clock}</div> : null}
      {staleWrites > 0 ? (
        <div className="num whitespace-nowrap text-faint-foreground text-xs">
          {formatCount(staleWrites)} late {staleWrites === 1 ? 'outcome' : 'outcomes'} discarded
        </div>
      ) : null}
    </>
  )
}

function CallsCell({ replica: { running, concurrency } }: { replica: ReplicaView }) {
  return (
    <div className="num flex min-w-32 items-center gap-2">
      <Meter
        label="Calls in flight"
        value={running}
        max={concurrency}
        valueText={`${running} of ${concurrency}`}
        tone={utilizationTone(concurrency > 0 ? running / concurrency : 0)}
      />
      <span className="shrink-0 text-xs">
        {formatCount(running)} of {formatCount(concurrency)}
      </span>
    </div>
  )
}

function DutiesCell({ replica }: { replica: ReplicaView }) {
  return (
    <div className="flex min-w-56 max-w-72 flex-wrap gap-1">
      {replica.duties.map(({ name }) => (
        <Tooltip key={name} content={dutyWords(name).meaning}>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the tooltip must be reachable by keyboard */}
          <span tabIndex={0} className="rounded-sm">
            <Badge>{dutyWords(name).label}</Badge>
          </span>
        </Tooltip>
      ))}
    </div>
  )
}

function countWords(replicas: readonly ReplicaView[]): string {
  const working = replicas.filter(({ state }) => state === 'running' || state === 'draining').length
  return `${working} ${working === 1 ? 'works' : 'work'} on this database`
}

function placeWords({ host, pid, version, address }: ReplicaView): string {
  return [address?.replace('http://', '') ?? host, `process ${pid} on ${host}`, `version ${version}`].join(' · ')
}
