'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw, Send } from 'lucide-react'
import type { DeliveryView, WebhookView } from '#server/contracts/webhooks.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatMs, plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

const refreshMs = 2_000

export interface DeliverySheetProps {
  open: boolean
  webhook: WebhookView
  onDone: () => void
}

/** What was sent to a webhook, the newest first, with every attempt. */
export function DeliverySheet({ open, webhook, onDone }: DeliverySheetProps) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.webhooks.deliveries.queryOptions(
      { webhookId: webhook.id, limit: 100 },
      { enabled: open, refetchInterval: useLiveInterval(refreshMs) },
    ),
  )
  return (
    <Sheet open={open} onOpenChange={next => !next && onDone()}>
      <SheetContent title={`Deliveries to ${webhook.name}`} description={webhook.url} className="max-w-160">
        {data && data.items.length > 0 ? (
          <ol aria-label="Deliveries" className="divide-y">
            {data.items.map(delivery => (
              <DeliveryRow key={delivery.id} delivery={delivery} />
            ))}
          </ol>
        ) : data ? (
          <EmptyState icon={Send} title="Nothing was sent yet">
            Alerts that fit its filter appear here. “Send test” tries it out.
          </EmptyState>
        ) : error ? (
          <ErrorState title="The deliveries could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-96 w-full" />
        )}
      </SheetContent>
    </Sheet>
  )
}

function DeliveryRow({ delivery }: { delivery: DeliveryView }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, isPending } = useMutation(
    trpc.webhooks.redeliver.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() }),
      onError: failure => notify.failed('It could not be sent again', failure),
    }),
  )
  const { topic, status, createdAt, nextAttemptAt, attempts, attemptCount } = delivery
  return (
    <li className="grid gap-1.5 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <code className="text-xs">{topic}</code>
        <StatusBadge of="delivery" status={status} />
        <RelativeTime at={createdAt} className="text-muted-foreground text-xs" />
        <ActionButton
          size="sm"
          variant="ghost"
          className="ml-auto"
          pending={isPending}
          reason={status === 'pending' ? 'It waits to be sent.' : null}
          onClick={() => mutate({ id: delivery.id })}
        >
          <RotateCw aria-hidden />
          Send again
        </ActionButton>
      </div>
      <ol className="num grid gap-1 text-xs">
        {attempts.map(({ at, httpStatus, latencyMs, excerpt }) => (
          <li key={at} className="grid grid-cols-[auto_auto_minmax(0,1fr)] gap-x-3">
            <span className="text-faint-foreground">
              <Moment at={at} />
            </span>
            <span>
              {httpStatus === null ? 'no answer' : `HTTP ${httpStatus}`} in {formatMs(latencyMs)}
            </span>
            <span className="break-words text-muted-foreground">{excerpt}</span>
          </li>
        ))}
      </ol>
      {attemptCount > attempts.length ? (
        <p className="text-faint-foreground text-xs">{plural(attemptCount, 'attempt')} in all</p>
      ) : null}
      {nextAttemptAt && attemptCount > 0 ? (
        <p className="num text-faint-foreground text-xs">
          next attempt at <Moment at={nextAttemptAt} />
        </p>
      ) : null}
    </li>
  )
}
