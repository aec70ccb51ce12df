'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { type AlertRuleId, alertRuleIds } from '#server/contracts/alert-rules.ts'
import { alertSeverities } from '#server/contracts/alert-words.ts'
import type { AlertSeverity } from '#server/contracts/alerts.ts'
import { type CreateWebhook, createWebhookInput, type WebhookView } from '#server/contracts/webhooks.ts'
import { ruleNames } from '../alerts/rule-words.ts'
import { useTRPC } from '../data/trpc.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { statusLook } from '../ui/status.ts'
import { Switch } from '../ui/switch.tsx'
import { KeySecret } from './key-secret.tsx'

interface Values {
  name: string
  url: string
  severities: AlertSeverity[]
  rules: AlertRuleId[]
  enabled: boolean
}

const resolver = contractResolver<Values, CreateWebhook>(createWebhookInput, ({ name, url, severities, rules }) => ({
  name,
  url,
  severities,
  rules,
}))

/** Makes a webhook and shows its secret, this once; or edits one. */
export function WebhookDialog({ webhook, onClose }: { webhook: WebhookView | null; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<Values, unknown, CreateWebhook>({
    defaultValues: webhook ? { ...webhook } : { name: '', url: '', severities: [], rules: [], enabled: true },
    resolver,
  })
  const { errors } = form.formState
  const refresh = () => void queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() })
  const onError = (failure: unknown) => void showOnFields(failure, form.setError)
  const create = useMutation(trpc.webhooks.create.mutationOptions({ onSuccess: refresh, onError }))
  const update = useMutation(
    trpc.webhooks.update.mutationOptions({
      onSuccess: saved => {
        refresh()
        notify.done(`${saved.name} was changed`)
        onClose()
      },
      onError,
    }),
  )
  const save = (values: CreateWebhook) => {
    if (!webhook) return create.mutate(values)
    update.mutate({ ...values, id: webhook.id, version: webhook.version, enabled: form.getValues('enabled') })
  }
  const error = create.error ?? update.error
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={create.data ? `The secret of ${create.data.name}` : webhook ? `Edit ${webhook.name}` : 'Add a webhook'}
        description={
          create.data
            ? 'Receivers verify messages with it.'
            : 'Each alert that fits is sent there, signed, and again until it is taken.'
        }
        onInteractOutside={event => event.preventDefault()}
      >
        {create.data ? (
          <KeySecret secret={create.data.secret} usage="Verifies the header webhook-signature (Standard Webhooks)" />
        ) : (
          <form noValidate onSubmit={form.handleSubmit(save)}>
            <DialogBody className="grid gap-4">
              <Field label="Name" error={errors.name?.message}>
                {control => (
                  <Input {...control} {...form.register('name')} autoFocus autoComplete="off" placeholder="Pager" />
                )}
              </Field>
              <Field
                label="Address"
                hint="Private addresses only where the configuration allows them."
                error={errors.url?.message}
              >
                {control => (
                  <Input
                    {...control}
                    {...form.register('url')}
                    autoComplete="off"
                    placeholder="https://pager.example.org/hook"
                  />
                )}
              </Field>
              <Choice
                form={form}
                name="severities"
                legend="Severities"
                options={alertSeverities}
                wordsOf={severityWord}
              />
              <Choice
                form={form}
                name="rules"
                legend="Rules"
                options={alertRuleIds}
                wordsOf={rule => ruleNames[rule]}
              />
              {webhook ? (
                <div className="flex items-center gap-2">
                  <Controller
                    control={form.control}
                    name="enabled"
                    render={({ field }) => (
                      <Switch aria-label="It is on" checked={field.value} onCheckedChange={field.onChange} />
                    )}
                  />
                  It is on
                </div>
              ) : null}
              {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
            </DialogBody>
            <FormFooter pending={create.isPending || update.isPending}>{webhook ? 'Save' : 'Add'}</FormFooter>
          </form>
        )}
      </DialogContent>
    </Dialog>
  )
}

const severityWord = (severity: AlertSeverity) => statusLook('severity', severity).label

interface ChoiceProps<Name extends 'severities' | 'rules'> {
  form: ReturnType<typeof useForm<Values, unknown, CreateWebhook>>
  name: Name
  legend: string
  options: readonly Values[Name][number][]
  wordsOf: (option: Values[Name][number]) => string
}

/** Which of these; none chosen means all. */
function Choice<Name extends 'severities' | 'rules'>({ form, name, legend, options, wordsOf }: ChoiceProps<Name>) {
  const id = useId()
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">
        {legend} <span className="font-normal text-faint-foreground">none chosen: all</span>
      </legend>
      <Controller
        control={form.control}
        name={name as 'rules'}
        render={({ field }) => (
          <div className="grid max-h-44 gap-1.5 overflow-y-auto sm:grid-cols-2">
            {options.map(option => (
              <label key={option} htmlFor={`${id}-${option}`} className="flex items-center gap-2">
                <Checkbox
                  id={`${id}-${option}`}
                  checked={(field.value as readonly string[]).includes(option)}
                  onCheckedChange={checked =>
                    field.onChange(
                      options.filter(each =>
                        each === option ? checked === true : (field.value as readonly string[]).includes(each),
                      ),
                    )
                  }
                />
                {wordsOf(option)}
              </label>
            ))}
          </div>
        )}
      />
    </fieldset>
  )
}
