'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { type AlertRuleId, alertRuleIds } from '#server/contracts/alert-rules.ts'
import { alertSeverities } from '#server/contracts/alert-words.ts'
import { type AlertSeverity, type NewSilence, silenceInput } from '#server/contracts/alerts.ts'
import { useTRPC } from '../data/trpc.ts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { contractResolver, FieldRefusal, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import type { ClockZone } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { fromFieldText, toFieldText } from '../ui/moment-text.ts'
import { notify } from '../ui/notify.ts'
import { SelectField } from '../ui/select-field.tsx'
import { statusLook } from '../ui/status.ts'
import { ruleNames } from './rule-words.ts'

/** Of a choice that narrows nothing; no rule, severity or module can be called so. */
const every = '*'

interface Values {
  kind: 'silence' | 'maintenance'
  rule: AlertRuleId | typeof every
  severity: AlertSeverity | typeof every
  moduleId: string
  startsAt: string
  endsAt: string
  reason: string
}

const hourMs = 3_600_000

/** Reads what the fields hold as moments of this zone. */
function resolverIn(zone: ClockZone) {
  const toMoment = (field: 'startsAt' | 'endsAt', text: string) => {
    const moment = fromFieldText(text, zone)
    if (moment === null) throw new FieldRefusal(field, 'must be a date and a time')
    return moment
  }
  return contractResolver<Values, NewSilence>(silenceInput, values => ({
    kind: values.kind,
    rule: values.rule === every ? null : values.rule,
    severity: values.severity === every ? null : values.severity,
    moduleId: values.moduleId === every ? null : values.moduleId,
    startsAt: toMoment('startsAt', values.startsAt),
    endsAt: toMoment('endsAt', values.endsAt),
    reason: values.reason,
  }))
}

function initialValues(
  { rule, moduleId }: { rule: AlertRuleId | undefined; moduleId: string | null | undefined },
  zone: ClockZone,
): Values {
  const now = Date.now()
  const toText = (ms: number) => toFieldText(new Date(ms).toISOString(), zone)
  return {
    kind: 'silence',
    rule: rule ?? every,
    severity: every,
    moduleId: moduleId ?? every,
    startsAt: toText(now),
    endsAt: toText(now + 2 * hourMs),
    reason: '',
  }
}

export interface SilenceDialogProps {
  /** What it covers at first; all when left out. */
  rule?: AlertRuleId
  moduleId?: string | null
  onClose: () => void
}

/** Keeps alerts quiet for a window: which, from when to when, and why. */
export function SilenceDialog({ rule, moduleId, onClose }: SilenceDialogProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const modules = useFleetPulse()?.modules ?? []
  const zone = useClockZone()
  const [options] = useState(() => ({
    defaultValues: initialValues({ rule, moduleId }, zone),
    resolver: resolverIn(zone),
  }))
  const form = useForm<Values, unknown, NewSilence>(options)
  const { errors } = form.formState
  const { mutate, error, isPending } = useMutation(
    trpc.alerts.silence.mutationOptions({
      onSuccess: silence => {
        void queries.invalidateQueries({ queryKey: trpc.alerts.pathKey() })
        notify.done(silence.status === 'planned' ? 'The silence is planned' : 'Silenced')
        onClose()
      },
      onError: failure => void showOnFields(failure, form.setError),
    }),
  )
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title="Silence alerts"
        description="They are evaluated all the same and listed as silenced; webhooks hear of them when the window is over and they last."
      >
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid gap-4 sm:grid-cols-2">
            <SelectField
              control={form.control}
              name="kind"
              label="Kind"
              options={[
                { value: 'silence', label: 'Silence' },
                { value: 'maintenance', label: 'Maintenance window' },
              ]}
            />
            <SelectField
              control={form.control}
              name="rule"
              label="Rule"
              options={[
                { value: every, label: 'Every rule' },
                ...alertRuleIds.map(value => ({ value, label: ruleNames[value] })),
              ]}
            />
            <SelectField
              control={form.control}
              name="severity"
              label="Severity"
              options={[
                { value: every, label: 'Every severity' },
                ...alertSeverities.map(value => ({ value, label: statusLook('severity', value).label })),
              ]}
            />
            <SelectField
              control={form.control}
              name="moduleId"
              label="Module"
              options={[
                { value: every, label: 'Every module' },
                ...modules.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
            <Field label="From" error={errors.startsAt?.message}>
              {control => (
                <Input {...control} type="datetime-local" step={1} className="num" {...form.register('startsAt')} />
              )}
            </Field>
            <Field label="To" hint={zone === 'utc' ? 'UTC' : 'your local time'} error={errors.endsAt?.message}>
              {control => (
                <Input {...control} type="datetime-local" step={1} className="num" {...form.register('endsAt')} />
              )}
            </Field>
            <Field label="Reason" className="sm:col-span-2" error={errors.reason?.message}>
              {control => (
                <Input
                  {...control}
                  {...form.register('reason')}
                  autoComplete="off"
                  placeholder="Upgrade of the provider"
                />
              )}
            </Field>
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
          </DialogBody>
          <FormFooter pending={isPending}>Silence</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
