'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { type CreateKey, createKeyInput } from '#server/contracts/keys.ts'
import type { Scope } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Select } from '../ui/select.tsx'
import { KeySecret } from './key-secret.tsx'
import { scopeNames, scopeWords } from './role-words.ts'

interface Values {
  name: string
  holder: 'service' | 'module'
  scopes: Scope[]
  moduleId: string
}

const resolver = contractResolver<Values, CreateKey>(createKeyInput, ({ name, holder, scopes, moduleId }) =>
  holder === 'service' ? { name, scopes } : { name, scopes: [], moduleId },
)

const holders = [
  { value: 'service', label: 'A service' },
  { value: 'module', label: 'A module' },
] as const

/** Makes a key for a service or a module and shows its secret, this once. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<Values, unknown, CreateKey>({
    defaultValues: { name: '', holder: 'service', scopes: ['tasks:submit', 'tasks:read'], moduleId: '' },
    resolver,
  })
  const { mutate, data, error, isPending } = useMutation(
    trpc.keys.create.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: trpc.keys.list.queryKey() }),
      onError: failure => void showOnFields(failure, form.setError),
    }),
  )
  const { errors } = form.formState
  const holder = useWatch({ control: form.control, name: 'holder' })
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={data ? `The key of ${data.name}` : 'Create a key'}
        description={
          data ? 'It is shown this once; only its fingerprint is kept.' : 'Whoever calls sends it with every request.'
        }
        onInteractOutside={event => event.preventDefault()}
      >
        {data ? (
          <KeySecret
            secret={data.secret}
            usage={
              <>
                Sent as <code>Authorization: Bearer …</code>
              </>
            }
          />
        ) : (
          <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
            <DialogBody className="grid gap-4">
              <Controller
                control={form.control}
                name="holder"
                render={({ field }) => (
                  <SegmentedControl
                    label="Whose key it is"
                    value={field.value}
                    onValueChange={field.onChange}
                    options={holders}
                    className="justify-self-start"
                  />
                )}
              />
              <Field label="Name" hint={`The ${holder} that will use it.`} error={errors.name?.message}>
                {control => (
                  <Input {...control} {...form.register('name')} autoFocus autoComplete="off" placeholder="billing" />
                )}
              </Field>
              {holder === 'service' ? (
                <Controller
                  control={form.control}
                  name="scopes"
                  render={({ field }) => (
                    <ScopeChoice chosen={field.value} onChange={field.onChange} error={errors.scopes?.message} />
                  )}
                />
              ) : (
                <Controller
                  control={form.control}
                  name="moduleId"
                  render={({ field }) => (
                    <ModuleChoice value={field.value} onChange={field.onChange} error={errors.moduleId?.message} />
                  )}
                />
              )}
              {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
            </DialogBody>
            <FormFooter pending={isPending}>Create</FormFooter>
          </form>
        )}
      </DialogContent>
    </Dialog>
  )
}

interface ModuleChoiceProps {
  value: string
  onChange: (moduleId: string) => void
  error: string | undefined
}

function ModuleChoice({ value, onChange, error }: ModuleChoiceProps) {
  const modules = useFleetPulse()?.modules ?? []
  return (
    <Field
      label="Module"
      hint="It may bring instances of this module in and out, send heartbeats and report health; nothing else. The key goes with the module."
      error={error}
    >
      {control => (
        <Select
          {...control}
          value={value || undefined}
          onValueChange={onChange}
          placeholder="Choose a module"
          options={modules.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </Field>
  )
}

interface ScopeChoiceProps {
  chosen: readonly Scope[]
  onChange: (scopes: Scope[]) => void
  error: string | undefined
}

function ScopeChoice({ chosen, onChange, error }: ScopeChoiceProps) {
  const id = useId()
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 font-medium">It may</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {scopeNames.map(scope => (
          <label key={scope} htmlFor={`${id}-${scope}`} className="flex items-start gap-2">
            <Checkbox
              id={`${id}-${scope}`}
              checked={chosen.includes(scope)}
              onCheckedChange={checked =>
                onChange(scopeNames.filter(each => (each === scope ? checked === true : chosen.includes(each))))
              }
              className="mt-0.5"
            />
            <span>
              {scopeWords[scope]}
              <code className="block text-faint-foreground text-xs">{scope}</code>
            </span>
          </label>
        ))}
      </div>
      {error ? (
        <p id={`${id}-error`} role="alert" className="mt-1.5 text-bad-text text-xs">
          {error}
        </p>
      ) : null}
    </fieldset>
  )
}
