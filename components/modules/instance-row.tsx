'use client'

import { useState } from 'react'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { Badge } from '../ui/badge.tsx'
import { formatCount, formatMs, formatPercent, plural } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { TableCell, TableRow } from '../ui/table.tsx'
import { InstanceMenuButton } from './instance-menu-button.tsx'

const InstanceMenu = onDemand(() => import('./instance-menu.tsx').then(module => module.InstanceMenu), {
  placeholder: ({ instance, refusal, onWanted }) => (
    <InstanceMenuButton endpoint={instance.endpoint} reason={refusal} onClick={onWanted} />
  ),
})

/** What can be done with an instance in a dialog. */
export type InstanceAct = 'edit' | 'take out' | 'remove'

export interface InstanceRowProps {
  module: ModuleView
  instance: InstanceView
  refusal: string | null
  onAct: (act: InstanceAct) => void
}

/** The menu of a row. Its code may come after the click that wants it open. */
export interface InstanceMenuProps extends InstanceRowProps {
  isWanted: boolean
  onWanted: () => void
}

/** One place where the module runs: how it is, what it does now, and its part of the calls. */
export function InstanceRow({ module, instance, refusal, onAct }: InstanceRowProps) {
  const { id, endpoint, capacity, weight, version, health, healthReason, checkedAt, breaker, out } = instance
  const { inFlight, calls, failures, latencyMs, share } = instance
  const [isWanted, setWanted] = useState(false)
  return (
    <TableRow className={out ? 'text-muted-foreground' : undefined}>
      <TableCell className="max-md:w-full max-md:max-w-0">
        <div className="truncate font-mono text-xs md:max-w-60" title={`${endpoint} (${id})`}>
          {endpoint}
        </div>
        <div className="num whitespace-nowrap text-muted-foreground text-xs">
          version {version}
          {weight === 1 ? '' : ` · weight ${weight}`}
        </div>
        <Rotation instance={instance} />
        <NarrowFacts instance={instance} />
      </TableCell>
      <TableCell className="max-md:hidden">
        <div className="flex items-baseline gap-2">
          <StatusText of="health" status={health} />
          <span className="text-faint-foreground text-xs">
            {checkedAt === null ? 'not checked yet' : <RelativeTime at={checkedAt} />}
          </span>
        </div>
        <div className="max-w-40 truncate text-faint-foreground text-xs" title={healthReason ?? undefined}>
          {healthReason}
        </div>
      </TableCell>
      <TableCell className="max-md:hidden">
        <StatusText of="breaker" status={breaker} />
      </TableCell>
      <TableCell className="max-md:hidden">
        <div className="num whitespace-nowrap">
          {formatCount(inFlight)} of {formatCount(capacity)}
        </div>
        <Meter
          label="Capacity in use"
          value={inFlight}
          max={capacity}
          valueText={`${inFlight} of ${capacity} calls`}
          tone={utilizationTone(inFlight / capacity)}
          className="mt-1 w-16"
        />
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {formatPercent(share)}
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {formatCount(calls)}
        <div className={failures > 0 ? 'text-bad-text text-xs' : 'text-faint-foreground text-xs'}>
          {formatPercent(calls === 0 ? null : failures / calls)} failed
        </div>
      </TableCell>
      <TableCell numeric>{formatMs(latencyMs)}</TableCell>
      <TableCell className="w-8 text-right">
        <InstanceMenu
          module={module}
          instance={instance}
          refusal={refusal}
          onAct={onAct}
          isWanted={isWanted}
          onWanted={() => setWanted(true)}
        />
      </TableCell>
    </TableRow>
  )
}

/** What phones show of an instance in place of columns. */
function NarrowFacts({ instance }: { instance: InstanceView }) {
  const { health, breaker, inFlight, capacity, calls, failures, share } = instance
  return (
    <div className="md:hidden">
      <div className="mt-1 flex flex-wrap gap-1">
        <StatusBadge of="health" status={health} />
        {breaker === 'closed' ? null : <StatusBadge of="breaker" status={breaker} />}
      </div>
      <p className="num mt-1 text-pretty text-muted-foreground text-xs">
        {formatCount(inFlight)} of {formatCount(capacity)} in flight · {plural(calls, 'call')}
        {calls === 0 ? null : (
          <>
            , {formatPercent(share)} of all ·{' '}
            <span className={failures > 0 ? 'text-bad-text' : undefined}>{formatPercent(failures / calls)} failed</span>
          </>
        )}
      </p>
    </div>
  )
}

/** Whether it is out of rotation, and why; whether it is still warming up. */
function Rotation({ instance: { out, inFlight, ramp } }: { instance: InstanceView }) {
  if (out === null) {
    return ramp >= 1 ? null : (
      <Badge tone="busy" className="mt-1">
        slow start, {formatPercent(ramp)} of its share
      </Badge>
    )
  }
  return (
    <div className="mt-1 max-w-72 text-xs">
      <Badge tone={inFlight > 0 ? 'warn' : 'idle'}>
        {inFlight > 0 ? `draining, ${formatCount(inFlight)} running` : 'out of rotation'}
      </Badge>
      <p className="mt-0.5">
        {out.reason} <span className="text-faint-foreground">({out.by}, </span>
        <span className="text-faint-foreground">
          <RelativeTime at={out.at} />)
        </span>
        {out.giveUpAt !== null && inFlight > 0 ? (
          <span>
            {' '}
            Calls end at <Moment at={out.giveUpAt} />.
          </span>
        ) : null}
      </p>
    </div>
  )
}
