'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { stopsWork } from '../impact/stops-work.ts'
import { useImpactPreview } from '../impact/use-impact-preview.ts'
import { Field } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Select } from '../ui/select.tsx'
import { hostOf } from './endpoint-words.ts'
import { useShowBreaker } from './use-breakers.ts'

const minuteMs = 60_000
const spans = [
  { value: String(15 * minuteMs), label: '15 minutes' },
  { value: String(60 * minuteMs), label: '1 hour' },
  { value: String(8 * 60 * minuteMs), label: '8 hours' },
  { value: String(24 * 60 * minuteMs), label: '1 day' },
  { value: 'until-reset', label: 'Until somebody resets it' },
]

const effects = {
  open: 'No call goes to this instance while it is held open. Its work goes to others that can do it, or waits.',
  closed: 'Every call goes to this instance while it is held closed, however many fail.',
} as const

export interface HoldDialogProps {
  breaker: BreakerView
  state: 'open' | 'closed'
  onClose: () => void
}

/**
 * Holds a breaker open or closed, for a while or until it is reset. When nobody is left for some of the work, the module's id
 * has to be typed.
 */
export function HoldDialog({ breaker, state, onClose }: HoldDialogProps) {
  const trpc = useTRPC()
  const showBreaker = useShowBreaker()
  const [span, setSpan] = useState(String(60 * minuteMs))
  const act = {
    onSuccess: (held: BreakerView) => {
      showBreaker(held)
      notify.done(`${held.moduleName} is held ${state}`, { description: hostOf(held.endpoint) })
      onClose()
    },
  }
  const forceOpen = useMutation(trpc.breakers.forceOpen.mutationOptions(act))
  const forceClose = useMutation(trpc.breakers.forceClose.mutationOptions(act))
  const { mutate, isPending, error } = state === 'open' ? forceOpen : forceClose
  const preview = { act: 'force_open', moduleId: breaker.moduleId, instanceId: breaker.instanceId } as const
  const { data: impact, isPending: isLooking } = useImpactPreview(preview, { enabled: state === 'open' })
  const isLarge = impact !== undefined && stopsWork(impact)
  const submit = (reason: string) =>
    mutate({
      moduleId: breaker.moduleId,
      instanceId: breaker.instanceId,
      reason,
      expiresInMs: span === 'until-reset' ? null : Number(span),
    })
  return (
    <ReasonDialog
      title={`Hold ${breaker.moduleName} ${state}`}
      description={effects[state]}
      placeholder={state === 'open' ? 'Provider outage, ticket 4711' : 'The failures are expected during the load test'}
      act={`Hold ${state}`}
      variant={state === 'open' ? 'destructive' : 'primary'}
      refusal={state === 'open' && isLooking ? 'What it touches is being looked up.' : null}
      {...(isLarge ? { phrase: breaker.moduleId } : {})}
      pending={isPending}
      error={error}
      onAct={submit}
      onClose={onClose}
      effect={state === 'open' ? <ImpactPanel input={preview} /> : null}
    >
      <Field label="For" hint="Then the breaker decides by itself again.">
        {control => <Select {...control} value={span} onValueChange={setSpan} options={spans} />}
      </Field>
    </ReasonDialog>
  )
}
