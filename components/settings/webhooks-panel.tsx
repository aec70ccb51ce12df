'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Send, Webhook } from 'lucide-react'
import { useState } from 'react'
import type { WebhookView } from '#server/contracts/webhooks.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const WebhookDialog = onDemand(() => import('./webhook-dialog.tsx').then(module => module.WebhookDialog))
const RemoveWebhookDialog = onDemand(() =>
  import('./remove-webhook-dialog.tsx').then(module => module.RemoveWebhookDialog),
)
const DeliverySheet = onDemand(() => import('./delivery-sheet.tsx').then(module => module.DeliverySheet))

const refreshMs = 5_000

/** Where alerts are sent, and how that goes. */
export function WebhooksPanel() {
  const trpc = useTRPC()
  const [editing, setEditing] = useState<WebhookView | 'new' | null>(null)
  const { data, error, refetch } = useQuery(
    trpc.webhooks.list.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <Card>
      <CardHeader
        title="Webhooks"
        note="alerts, sent as signed messages"
        actions={
          <Button size="sm" onClick={() => setEditing('new')}>
            <Plus aria-hidden />
            Add a webhook
          </Button>
        }
      />
      {data && data.items.length > 0 ? (
        <ul aria-label="Webhooks" className="divide-y">
          {data.items.map(webhook => (
            <WebhookRow key={webhook.id} webhook={webhook} onEdit={() => setEditing(webhook)} />
          ))}
        </ul>
      ) : data ? (
        <EmptyState icon={Webhook} title="Alerts are sent nowhere yet">
          A webhook gets each alert as it is raised, acknowledged and resolved, signed as Standard Webhooks says.
        </EmptyState>
      ) : error ? (
        <ErrorState title="The webhooks could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
      {editing ? <WebhookDialog webhook={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </Card>
  )
}

function WebhookRow({ webhook, onEdit }: { webhook: WebhookView; onEdit: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [open, setOpen] = useState<'log' | 'remove' | null>(null)
  const { mutate, isPending } = useMutation(
    trpc.webhooks.test.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() })
        setOpen('log')
      },
      onError: failure => notify.failed('The test could not be sent', failure),
    }),
  )
  const { name, url, enabled, disabledReason, failingSince, lastSuccessAt, severities, rules, pending } = webhook
  return (
    <li className="grid gap-x-4 gap-y-1.5 px-4 py-2.5 md:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {enabled ? null : <Badge tone="bad">off</Badge>}
          {enabled && failingSince ? <Badge tone="warn">failing</Badge> : null}
          {pending > 0 ? <Badge>{pending} waiting</Badge> : null}
        </p>
        <p className="truncate font-mono text-muted-foreground text-xs" title={url}>
          {url}
        </p>
        <p className="text-faint-foreground text-xs">
          {severities.length === 0 ? 'every severity' : severities.join(', ')},{' '}
          {rules.length === 0 ? 'every rule' : `${rules.length} rules`}
          {lastSuccessAt ? (
            <>
              , last taken <RelativeTime at={lastSuccessAt} />
            </>
          ) : null}
          {failingSince ? (
            <span className="text-warn-text">
              , failing since <RelativeTime at={failingSince} />
            </span>
          ) : null}
          {disabledReason ? <span className="text-bad-text">, {disabledReason}</span> : null}
        </p>
      </div>
      <div className="flex flex-wrap items-start gap-2">
        <ActionButton size="sm" pending={isPending} onClick={() => mutate({ id: webhook.id })}>
          <Send aria-hidden />
          Send test
        </ActionButton>
        <Button size="sm" onClick={() => setOpen('log')}>
          Deliveries
        </Button>
        <Button size="sm" onClick={onEdit}>
          Edit
        </Button>
        <Button size="sm" variant="ghost" onClick={() => setOpen('remove')}>
          Remove
        </Button>
      </div>
      <DeliverySheet open={open === 'log'} webhook={webhook} onDone={() => setOpen(null)} />
      {open === 'remove' ? <RemoveWebhookDialog webhook={webhook} onClose={() => setOpen(null)} /> : null}
    </li>
  )
}
