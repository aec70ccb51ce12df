'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Controller, useForm } from 'react-hook-form'
import { alertSeverities } from '#server/contracts/alert-words.ts'
import {
  type AlertRuleView,
  type AlertSeverity,
  type RuleSettings,
  type SetRule,
  setRuleInput,
} from '#server/contracts/alerts.ts'
import { useTRPC } from '../data/trpc.ts'
import { Button } from '../ui/button.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { SelectField } from '../ui/select-field.tsx'
import { statusLook } from '../ui/status.ts'
import { Switch } from '../ui/switch.tsx'

interface Values {
  enabled: boolean
  levels: { severity: AlertSeverity; threshold: string; forSeconds: string }[]
  clearSeconds: string
  objectivePercent: string
}

function toValues({ enabled, levels, clearMs, objectivePercent }: RuleSettings): Values {
  return {
    enabled,
    levels: levels.map(({ severity, threshold, forMs }) => ({
      severity,
      threshold: threshold === null ? '' : String(threshold),
      forSeconds: String(forMs / 1_000),
    })),
    clearSeconds: String(clearMs / 1_000),
    objectivePercent: objectivePercent === null ? '' : String(objectivePercent),
  }
}

const toMs = (seconds: string) => (seconds.trim() === '' ? Number.NaN : Math.round(Number(seconds) * 1_000))
const toNumber = (text: string) => (text.trim() === '' ? null : Number(text))

function toInput({ id, version }: AlertRuleView, values: Values) {
  return {
    id,
    version,
    enabled: values.enabled,
    levels: values.levels.map(({ severity, threshold, forSeconds }) => ({
      severity,
      threshold: toNumber(threshold),
      forMs: toMs(forSeconds),
    })),
    clearMs: toMs(values.clearSeconds),
    objectivePercent: toNumber(values.objectivePercent),
  }
}

/** The field of the form that shows what is wrong with a field of the input. */
function fieldOf(path: string): string {
  return path.replace(/forMs$/, 'forSeconds').replace(/^clearMs$/, 'clearSeconds')
}

/** Edits one rule on the version that is shown. */
export function EditRuleDialog({ rule, onClose }: { rule: AlertRuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<Values, unknown, SetRule>({
    defaultValues: toValues(rule),
    resolver: contractResolver<Values, SetRule>(setRuleInput, values => toInput(rule, values), fieldOf),
  })
  const { errors } = form.formState
  const { mutate, error, isPending } = useMutation(
    trpc.alerts.setRule.mutationOptions({
      onSuccess: saved => {
        void queries.invalidateQueries({ queryKey: trpc.alerts.pathKey() })
        notify.done(`${saved.name} was changed`, { description: 'Every replica goes by it within seconds.' })
        onClose()
      },
      onError: failure => void showOnFields(failure, form.setError, undefined, fieldOf),
    }),
  )
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent title={rule.name} description={rule.meaning}>
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid gap-4">
            <div className="flex items-center gap-2">
              <Controller
                control={form.control}
                name="enabled"
                render={({ field }) => (
                  <Switch aria-label="The rule is on" checked={field.value} onCheckedChange={field.onChange} />
                )}
              />
              The rule is on
            </div>
            {rule.levelNames.map((name, index) => (
              <LevelFields key={name} rule={rule} index={index} form={form} />
            ))}
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="Over for (s)" hint="Before an alert is resolved." error={errors.clearSeconds?.message}>
                {control => (
                  <Input {...control} inputMode="decimal" className="num" {...form.register('clearSeconds')} />
                )}
              </Field>
              {rule.objectivePercent === null ? null : (
                <Field label="Objective (% success)" error={errors.objectivePercent?.message}>
                  {control => (
                    <Input {...control} inputMode="decimal" className="num" {...form.register('objectivePercent')} />
                  )}
                </Field>
              )}
            </div>
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
          </DialogBody>
          <FormFooter
            pending={isPending}
            aside={<Button onClick={() => form.reset(toValues(rule.defaults))}>Defaults</Button>}
          >
            Save
          </FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

interface LevelFieldsProps {
  rule: AlertRuleView
  index: number
  form: ReturnType<typeof useForm<Values, unknown, SetRule>>
}

function LevelFields({ rule, index, form }: LevelFieldsProps) {
  const errors = form.formState.errors.levels?.[index]
  return (
    <fieldset className="grid gap-3 rounded-md border p-3 sm:grid-cols-3">
      <legend className="px-1 font-medium">{rule.levelNames[index]}</legend>
      <SelectField
        control={form.control}
        name={`levels.${index}.severity`}
        label="Severity"
        options={alertSeverities.map(value => ({ value, label: statusLook('severity', value).label }))}
      />
      {rule.direction === 'is' ? null : (
        <Field
          label={`${rule.direction === 'above' ? 'Above' : 'Below'} (${rule.unit})`}
          error={errors?.threshold?.message}
        >
          {control => (
            <Input {...control} inputMode="decimal" className="num" {...form.register(`levels.${index}.threshold`)} />
          )}
        </Field>
      )}
      <Field label="For (s)" error={errors?.forSeconds?.message}>
        {control => (
          <Input {...control} inputMode="decimal" className="num" {...form.register(`levels.${index}.forSeconds`)} />
        )}
      </Field>
    </fieldset>
  )
}
