'use client'

import { useMutation } from '@tanstack/react-query'
import { CircleCheck, CircleX, Lock, PlugZap, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { type Control, type FieldPath, type FieldValues, useWatch } from 'react-hook-form'
import type { ConnectionOutcome, ConnectionReport } from '#server/contracts/connections.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { cn } from '../ui/cn.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatMs, formatPercent } from '../ui/format.ts'
import { type Tone, toneClasses } from '../ui/status.ts'

const looks: Record<ConnectionOutcome, { tone: Tone; icon: typeof CircleCheck; title: string }> = {
  healthy: { tone: 'ok', icon: CircleCheck, title: 'It answers and is healthy.' },
  degraded: { tone: 'warn', icon: TriangleAlert, title: 'It answers.' },
  unhealthy: { tone: 'serious', icon: TriangleAlert, title: 'It answers, but not well.' },
  unreachable: { tone: 'bad', icon: CircleX, title: 'No answer came.' },
  refused: { tone: 'bad', icon: CircleX, title: 'Not called: the address is refused here.' },
}

/** Tests the connection to the address that a field of a form holds. */
export function FieldConnectionTest<Values extends FieldValues>({
  control,
  name,
  className,
}: {
  control: Control<Values, unknown, FieldValues>
  name: FieldPath<Values>
  className?: string
}) {
  const endpoint: unknown = useWatch({ control, name })
  return <ConnectionTest endpoint={typeof endpoint === 'string' ? endpoint : ''} className={cn(className)} />
}

/** Asks the server to look at the service behind an address that is not registered yet, and shows what it found. */
function ConnectionTest({ endpoint, className }: { endpoint: string; className: string }) {
  const trpc = useTRPC()
  const [tested, setTested] = useState('')
  const { mutate, data, error, isPending } = useMutation(trpc.modules.testConnection.mutationOptions())
  const address = endpoint.trim()
  const isStale = tested !== address
  return (
    <div className={cn('grid gap-2', className)}>
      <ActionButton
        size="sm"
        className="justify-self-start"
        reason={address === '' ? 'Give an address first.' : null}
        pending={isPending}
        onClick={() => {
          setTested(address)
          mutate({ endpoint: address })
        }}
      >
        <PlugZap aria-hidden />
        {isPending ? 'Testing' : 'Test the connection'}
      </ActionButton>
      <div role="status">
        {isPending || isStale ? null : error ? (
          <ErrorLine error={error} />
        ) : data ? (
          <ConnectionFinding report={data} />
        ) : null}
      </div>
    </div>
  )
}

function ConnectionFinding({ report }: { report: ConnectionReport }) {
  const { outcome, reason, connectMs, answerMs, httpStatus, load, tls } = report
  const { tone, icon: Icon, title } = looks[outcome]
  const look = toneClasses[tone]
  const facts = [
    connectMs === null ? null : `connected in ${formatMs(connectMs)}`,
    answerMs === null ? null : `answered in ${formatMs(answerMs)}`,
    httpStatus === null ? null : `HTTP ${httpStatus}`,
    load === null ? null : `load ${formatPercent(load)}`,
  ].filter(fact => fact !== null)
  return (
    <div className={cn('flex gap-2 rounded-md border px-2.5 py-2 text-xs', look.soft, look.line)}>
      <Icon aria-hidden className={cn('mt-px size-4 shrink-0', look.text)} />
      <div className="grid min-w-0 gap-0.5">
        <p>
          <span className={cn('font-medium', look.text)}>{title}</span> {reason}
        </p>
        {facts.length > 0 ? <p className="num text-muted-foreground">{facts.join(' · ')}</p> : null}
        {tls ? (
          <p className="flex flex-wrap items-center gap-x-1 text-muted-foreground">
            <Lock aria-hidden className="size-3" />
            {tls.protocol}, certificate of {tls.subject ?? 'an unnamed subject'} by {tls.issuer ?? 'an unnamed issuer'}
            {tls.validUntil ? `, valid until ${tls.validUntil.slice(0, 10)}` : ''}
          </p>
        ) : null}
      </div>
    </div>
  )
}
