'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { BellOff } from 'lucide-react'
import { useId, useState } from 'react'
import type { Silence } from '#server/contracts/alerts.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { Moment } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { statusLook } from '../ui/status.ts'
import { Switch } from '../ui/switch.tsx'
import { ruleNames } from './rule-words.ts'

const SilenceDialog = onDemand(() => import('./silence-dialog.tsx').then(module => module.SilenceDialog))

/** What keeps alerts quiet, and who said so. */
export function SilencesPanel() {
  const id = useId()
  const trpc = useTRPC()
  const refusal = useRefusal('operator')
  const [past, setPast] = useState(false)
  const [adding, setAdding] = useState(false)
  const { data, error, refetch } = useQuery(trpc.alerts.silences.queryOptions({ past, limit: 200 }))
  return (
    <Card>
      <CardHeader
        title="Silences"
        actions={
          <ActionButton size="sm" reason={refusal} onClick={() => setAdding(true)}>
            <BellOff aria-hidden />
            New silence
          </ActionButton>
        }
      />
      <div className="flex items-center gap-2 border-b px-4 py-2">
        <Switch id={id} checked={past} onCheckedChange={setPast} />
        <label htmlFor={id}>Past ones too</label>
      </div>
      {data && data.items.length > 0 ? (
        <ul aria-label="Silences" className="divide-y">
          {data.items.map(silence => (
            <SilenceRow key={silence.id} silence={silence} refusal={refusal} />
          ))}
        </ul>
      ) : data ? (
        <EmptyState icon={BellOff} title="Nothing is silenced">
          A silence keeps alerts from webhooks and out of the open ones for a window; they are evaluated all the same.
        </EmptyState>
      ) : error ? (
        <ErrorState title="The silences could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
      {adding ? <SilenceDialog onClose={() => setAdding(false)} /> : null}
    </Card>
  )
}

function SilenceRow({ silence, refusal }: { silence: Silence; refusal: string | null }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, isPending } = useMutation(
    trpc.alerts.unsilence.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.alerts.pathKey() })
        notify.done('The silence is over')
      },
      onError: failure => notify.failed('The silence could not be ended', failure),
    }),
  )
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {scopeWords(silence)}
          <Badge>{silence.kind === 'maintenance' ? 'maintenance' : 'silence'}</Badge>
          <Badge>{silence.status}</Badge>
        </p>
        <p className="text-muted-foreground">{silence.reason}</p>
        <p className="num text-faint-foreground text-xs">
          <Moment at={silence.startsAt} full /> to <Moment at={silence.endsAt} full />, by {silence.by}
          {silence.endedBy ? `, ended by ${silence.endedBy}` : ''}
        </p>
      </div>
      {silence.status === 'over' ? null : (
        <ActionButton
          size="sm"
          reason={refusal}
          pending={isPending}
          className="justify-self-start"
          onClick={() => mutate({ id: silence.id })}
        >
          End now
        </ActionButton>
      )}
    </li>
  )
}

function scopeWords({ rule, severity, moduleId }: Silence): string {
  const parts = [
    rule === null ? null : ruleNames[rule],
    severity === null ? null : statusLook('severity', severity).label,
    moduleId === null ? null : `module ${moduleId}`,
  ].filter(part => part !== null)
  return parts.length === 0 ? 'Every alert' : parts.join(', ')
}
