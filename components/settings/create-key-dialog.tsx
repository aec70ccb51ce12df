'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { type CreateKey, createKeyInput } from '#server/contracts/keys.ts'
import type { Scope } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { KeySecret } from './key-secret.tsx'
import { scopeNames, scopeWords } from './role-words.ts'

interface Values {
  name: string
  scopes: Scope[]
}

const resolver = contractResolver<Values, CreateKey>(createKeyInput, values => values)

/** Makes a key for a service and shows its secret, this once. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<Values, unknown, CreateKey>({
    defaultValues: { name: '', scopes: ['tasks:submit', 'tasks:read'] },
    resolver,
  })
  const { mutate, data, error, isPending } = useMutation(
    trpc.keys.create.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: trpc.keys.list.queryKey() }),
      onError: failure => void showOnFields(failure, form.setError),
    }),
  )
  const { errors } = form.formState
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={data ? `The key of ${data.name}` : 'Create a service key'}
        description={
          data ? 'It is shown this once; only its fingerprint is kept.' : 'A service sends it with every request.'
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
              <Field label="Name" hint="The service that will use it." error={errors.name?.message}>
                {control => (
                  <Input {...control} {...form.register('name')} autoFocus autoComplete="off" placeholder="billing" />
                )}
              </Field>
              <Controller
                control={form.control}
                name="scopes"
                render={({ field }) => (
                  <ScopeChoice chosen={field.value} onChange={field.onChange} error={errors.scopes?.message} />
                )}
              />
              {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
            </DialogBody>
            <DialogFooter>
              <DialogClose asChild>
                <Button>Cancel</Button>
              </DialogClose>
              <ActionButton type="submit" variant="primary" pending={isPending}>
                Create
              </ActionButton>
            </DialogFooter>
          </form>
        )}
      </DialogContent>
    </Dialog>
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
