'use client'

import { Plus, Server, Unplug } from 'lucide-react'
import { useState } from 'react'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount, formatMs, formatPercent } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StatusText } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const AddInstanceDialog = onDemand(() => import('./add-instance-dialog.tsx').then(module => module.AddInstanceDialog))
const RemoveInstanceDialog = onDemand(() =>
  import('./remove-instance-dialog.tsx').then(module => module.RemoveInstanceDialog),
)

/** Where the module runs, and how each place is. */
export function InstanceCard({ module }: { module: ModuleView }) {
  const refusal = useRefusal('operator')
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<InstanceView | null>(null)
  const { instances } = module
  return (
    <Card>
      <CardHeader
        title="Instances"
        note={<span className="num">{instances.length}</span>}
        actions={
          <ActionButton size="sm" reason={refusal} onClick={() => setAdding(true)}>
            <Plus aria-hidden />
            Add
          </ActionButton>
        }
      />
      <CardContent className="p-0">
        {instances.length === 0 ? (
          <EmptyState icon={Server} title="It runs nowhere yet">
            Its tasks wait until an instance is added.
          </EmptyState>
        ) : (
          <Table aria-label="Instances">
            <TableHeader>
              <tr>
                <TableHead>Endpoint</TableHead>
                <TableHead>Health</TableHead>
                <TableHead>Breaker</TableHead>
                <TableHead>In flight</TableHead>
                <TableHead numeric>Calls</TableHead>
                <TableHead numeric>Latency</TableHead>
                <TableHead>
                  <span className="sr-only">Actions</span>
                </TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {instances.map(instance => (
                <InstanceRow
                  key={instance.id}
                  instance={instance}
                  refusal={refusal}
                  onRemove={() => setRemoving(instance)}
                />
              ))}
            </TableBody>
          </Table>
        )}
      </CardContent>
      {adding ? <AddInstanceDialog module={module} onClose={() => setAdding(false)} /> : null}
      {removing ? <RemoveInstanceDialog module={module} instance={removing} onClose={() => setRemoving(null)} /> : null}
    </Card>
  )
}

interface InstanceRowProps {
  instance: InstanceView
  refusal: string | null
  onRemove: () => void
}

function InstanceRow({ instance, refusal, onRemove }: InstanceRowProps) {
  const {
    id,
    endpoint,
    capacity,
    weight,
    health,
    healthReason,
    checkedAt,
    inFlight,
    breaker,
    calls,
    failures,
    latencyMs,
  } = instance
  return (
    <TableRow>
      <TableCell>
        <div className="max-w-60 truncate font-mono text-xs" title={endpoint}>
          {endpoint}
        </div>
        <div className="num text-faint-foreground text-xs">
          <span className="font-mono">{id}</span>
          {weight === 1 ? '' : ` · weight ${weight}`}
        </div>
      </TableCell>
      <TableCell>
        <div className="flex items-baseline gap-2">
          <StatusText of="health" status={health} />
          <span className="text-faint-foreground text-xs">
            {checkedAt === null ? 'not checked yet' : <RelativeTime at={checkedAt} />}
          </span>
        </div>
        <div className="max-w-48 truncate text-faint-foreground text-xs" title={healthReason ?? undefined}>
          {healthReason}
        </div>
      </TableCell>
      <TableCell>
        <StatusText of="breaker" status={breaker} />
      </TableCell>
      <TableCell>
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
      <TableCell numeric>
        {formatCount(calls)}
        <div className={failures > 0 ? 'text-bad-text text-xs' : 'text-faint-foreground text-xs'}>
          {formatPercent(calls === 0 ? null : failures / calls)} failed
        </div>
      </TableCell>
      <TableCell numeric>{formatMs(latencyMs)}</TableCell>
      <TableCell className="w-8 text-right">
        <ActionButton
          variant="ghost"
          size="icon-sm"
          reason={refusal}
          aria-label={`Take out ${endpoint}`}
          title="Take out"
          onClick={onRemove}
        >
          <Unplug aria-hidden />
        </ActionButton>
      </TableCell>
    </TableRow>
  )
}
