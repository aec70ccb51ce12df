'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { ButtonLink } from '../ui/button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount, formatMs, formatPercent, unknownValue } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { BreakerActions } from './breaker-actions.tsx'
import { BreakerOutlook, BreakerStateLine } from './breaker-state.tsx'
import { ErrorKindList } from './error-kind-list.tsx'
import { ReplicaList } from './replica-list.tsx'
import { Timeline } from './timeline.tsx'
import { WindowBars } from './window-bars.tsx'

const ThresholdForm = onDemand(() => import('./threshold-form.tsx').then(module => module.ThresholdForm), {
  placeholder: () => <Skeleton className="h-52 w-full" />,
})

export interface BreakerSheetProps {
  /** `<module id>/<instance id>`; null keeps the sheet closed. */
  open: string | null
  /** The breaker; undefined when there is none of that name. */
  breaker: BreakerView | undefined
  onClose: () => void
}

/** One breaker in full: how it is, what can be done, how it came to be so, and its thresholds. */
export function BreakerSheet({ open, breaker, onClose }: BreakerSheetProps) {
  return (
    <Sheet open={open !== null} onOpenChange={isOpen => !isOpen && onClose()}>
      <SheetContent
        title={breaker ? breaker.moduleName : 'Breaker'}
        description={breaker ? <span className="break-all font-mono text-xs">{breaker.endpoint}</span> : undefined}
      >
        {breaker ? (
          <Details breaker={breaker} />
        ) : (
          <EmptyState title="There is no such breaker">
            Its instance was deregistered or its module removed. <span className="break-all font-mono">{open}</span>
          </EmptyState>
        )}
      </SheetContent>
    </Sheet>
  )
}

function Details({ breaker }: { breaker: BreakerView }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="grid gap-3">
        <BreakerStateLine breaker={breaker} />
        <BreakerOutlook breaker={breaker} />
        <ProbeNote breaker={breaker} />
        <BreakerActions breaker={breaker} />
      </div>
      <Section title={`Last ${breaker.window.seconds} seconds`}>
        <WindowBars window={breaker.window} className="h-12" />
        <DefinitionList className="mt-3" items={windowFacts(breaker)} />
      </Section>
      {breaker.errors.length > 0 ? (
        <Section title="Failures by kind, since start">
          <ErrorKindList errors={breaker.errors} />
        </Section>
      ) : null}
      {breaker.replicas.length > 0 ? (
        <Section title="What each replica sees">
          <ReplicaList breaker={breaker} />
        </Section>
      ) : null}
      <Section title="Changes of state">
        <Timeline breaker={breaker} />
      </Section>
      <Section title="Thresholds">
        <ThresholdForm moduleId={breaker.moduleId} />
      </Section>
      <div className="flex flex-wrap gap-2 border-t pt-4">
        <ButtonLink href={`/modules/${breaker.moduleId}`}>Open the module</ButtonLink>
        <ButtonLink href={`/events?show=breakers&module=${breaker.moduleId}`}>Events of its breakers</ButtonLink>
      </div>
    </div>
  )
}

/** A half-open breaker that nobody probes: why that can be, so that it is not taken for stuck. */
function ProbeNote({ breaker: { state, window } }: { breaker: BreakerView }) {
  if (state !== 'half_open' || window.calls > 0) return null
  return (
    <p className="rounded-md border bg-muted/50 px-3 py-2 text-muted-foreground text-xs">
      Nothing probed it in the last {window.seconds} s: its health checks keep work away, its module is disabled, or no
      task of its kind is waiting. Reset it to let calls through without a probe.
    </p>
  )
}

function windowFacts({ window, totals, lastFailure, moduleId }: BreakerView): { term: string; value: ReactNode }[] {
  const num = (text: string) => <span className="num">{text}</span>
  return [
    {
      term: 'Calls',
      value: num(`${formatCount(window.calls)}, ${formatCount(window.failures)} failed`),
    },
    { term: 'Failing', value: num(window.calls === 0 ? unknownValue : formatPercent(window.failureRate)) },
    {
      term: 'Latency',
      value: num(`p50 ${formatMs(window.p50Ms)} · p95 ${formatMs(window.p95Ms)} · p99 ${formatMs(window.p99Ms)}`),
    },
    {
      term: 'Since start',
      value: num(
        `${formatCount(totals.calls)} calls, ${formatCount(totals.failures)} failed (${formatCount(totals.timeouts)} timed out), ${formatCount(totals.rejections)} refused`,
      ),
    },
    {
      term: 'Last failure',
      value: lastFailure ? (
        <>
          <Moment at={lastFailure.at} /> (<RelativeTime at={lastFailure.at} />
          ): <span className="font-mono text-xs">{lastFailure.code}</span>
          <span className="block break-words text-muted-foreground">{lastFailure.message}</span>
        </>
      ) : (
        'none'
      ),
    },
    {
      term: 'Module',
      value: (
        <Link href={`/modules/${moduleId}`} className="text-primary-text underline-offset-4 hover:underline">
          {moduleId}
        </Link>
      ),
    },
  ]
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 font-semibold text-sm">{title}</h3>
      {children}
    </section>
  )
}
