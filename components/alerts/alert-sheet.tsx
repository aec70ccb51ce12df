'use client'

import { useQuery } from '@tanstack/react-query'
import { BellOff, Check } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { AlertDetail, AlertEntry } from '#server/contracts/alerts.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Moment, MomentsIn, RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { AcknowledgeDialog } from './acknowledge-dialog.tsx'
import { SilenceDialog } from './silence-dialog.tsx'

const refreshMs = 3_000

export interface AlertSheetProps {
  open: boolean
  id: string
  onDone: () => void
}

/** One alert in full beside the list: what is wrong, on what evidence, what happened, and what can be done. */
export function AlertSheet({ open, id, onDone }: AlertSheetProps) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.alerts.get.queryOptions({ id }, { enabled: open, retry: false, refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <Sheet open={open} onOpenChange={next => !next && onDone()}>
      <SheetContent title={data?.title ?? 'Alert'} description={data?.ruleName} className="max-w-160">
        {data ? (
          <AlertDetails alert={data} />
        ) : error ? (
          <ErrorState title="The alert could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-96 w-full" />
        )}
      </SheetContent>
    </Sheet>
  )
}

function AlertDetails({ alert }: { alert: AlertDetail }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap gap-2">
        <StatusBadge of="severity" status={alert.severity} />
        <StatusBadge of="alert" status={alert.state} />
      </div>
      <p className="break-words">{alert.detail}</p>
      <AlertActions alert={alert} />
      <DefinitionList items={factsOf(alert)} />
      <Evidence evidence={alert.evidence} />
      <Card>
        <CardHeader title="Timeline" level={3} />
        <ol className="divide-y">
          {alert.timeline.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a timeline only grows at its end
            <li key={index} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-4 py-1.5">
              <span className="min-w-0 break-words">
                <span className="font-medium">{entryWords[entry.kind]}</span> by {entry.by}
                {entry.note ? <span className="text-muted-foreground">: {entry.note}</span> : null}
              </span>
              <RelativeTime at={entry.at} className="text-muted-foreground text-xs" />
            </li>
          ))}
        </ol>
      </Card>
    </div>
  )
}

const entryWords: Record<AlertEntry['kind'], string> = {
  raised: 'Raised',
  escalated: 'Escalated',
  eased: 'Eased',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
}

function AlertActions({ alert }: { alert: AlertDetail }) {
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<'acknowledge' | 'silence' | null>(null)
  const done =
    alert.resolvedAt !== null
      ? 'It is resolved.'
      : alert.acknowledgedBy === null
        ? null
        : `${alert.acknowledgedBy} has acknowledged it.`
  const close = () => setOpen(null)
  return (
    <div className="flex flex-wrap gap-2">
      <ActionButton variant="primary" reason={refusal ?? done} onClick={() => setOpen('acknowledge')}>
        <Check aria-hidden />
        Acknowledge
      </ActionButton>
      <ActionButton
        reason={refusal ?? (alert.resolvedAt === null ? null : 'It is resolved.')}
        onClick={() => setOpen('silence')}
      >
        <BellOff aria-hidden />
        Silence
      </ActionButton>
      <ButtonLink href={alert.href}>Go to the trouble</ButtonLink>
      {open === 'acknowledge' ? <AcknowledgeDialog ids={[alert.id]} onClose={close} /> : null}
      {open === 'silence' ? <SilenceDialog rule={alert.rule} moduleId={alert.moduleId} onClose={close} /> : null}
    </div>
  )
}

function Evidence({ evidence }: { evidence: AlertDetail['evidence'] }) {
  const entries = Object.entries(evidence).filter(([, value]) => value !== null)
  if (entries.length === 0) return null
  return (
    <Card>
      <CardHeader title="Evidence" level={3} />
      <div className="px-4 py-3">
        <DefinitionList
          className="num"
          items={entries.map(([term, value]) => ({
            term: wordsOf(term),
            value:
              typeof value === 'object' ? (
                <code className="text-xs">{JSON.stringify(value)}</code>
              ) : (
                <MomentsIn text={String(value)} />
              ),
          }))}
        />
      </div>
    </Card>
  )
}

/** `oldestReadyAt` as people read it. */
function wordsOf(key: string): string {
  const words = key.replaceAll(/([A-Z])/g, letter => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function factsOf(alert: AlertDetail): { term: string; value: ReactNode }[] {
  const { since, raisedAt, acknowledgedAt, acknowledgedBy, note, silencedBy, resolvedAt } = alert
  const moment = (at: string) => (
    <>
      <Moment at={at} full /> <RelativeTime at={at} className="text-faint-foreground" />
    </>
  )
  return [
    { term: 'Since', value: moment(since) },
    { term: 'Raised', value: moment(raisedAt) },
    ...(acknowledgedAt === null
      ? []
      : [{ term: 'Acknowledged', value: `by ${acknowledgedBy}${note ? `: ${note}` : ''}` }]),
    ...(silencedBy === null
      ? []
      : [
          {
            term: silencedBy.kind === 'maintenance' ? 'Maintenance' : 'Silenced',
            value: (
              <>
                by {silencedBy.by}: {silencedBy.reason}, until <Moment at={silencedBy.endsAt} full />
              </>
            ),
          },
        ]),
    ...(resolvedAt === null ? [] : [{ term: 'Resolved', value: moment(resolvedAt) }]),
  ]
}
