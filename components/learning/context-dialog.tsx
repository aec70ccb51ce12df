'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import type { z } from 'zod'
import { setContextInput } from '#server/contracts/memory.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { SelectField } from '../ui/select-field.tsx'
import { type ContextFormValues, contextSpans, emptyContext, fieldOfContext, toContext } from './context-form.ts'

type SetContext = z.output<typeof setContextInput>

const resolver = contractResolver<ContextFormValues, SetContext>(setContextInput, toContext, fieldOfContext)

/** Keeps a context by hand, or replaces the one of the same name. */
export function ContextDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<ContextFormValues, unknown, SetContext>({ defaultValues: emptyContext, resolver })
  const { mutate, error, isPending } = useMutation(
    trpc.memory.setContext.mutationOptions({
      onSuccess: ({ name }) => {
        void queries.invalidateQueries({ queryKey: trpc.memory.pathKey() })
        notify.done(`${name} is kept`)
        onClose()
      },
      onError: failure =>
        void showOnFields(
          failure,
          form.setError,
          code => (code.startsWith('PAYLOAD_') ? ['value'] : []),
          fieldOfContext,
        ),
    }),
  )
  const { errors, isDirty } = form.formState
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title="Keep a context"
        description="Any JSON under a name, until it expires. One that has the name already is replaced."
        onInteractOutside={event => isDirty && event.preventDefault()}
      >
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid gap-4">
            <Field label="Name" hint="Letters, digits and . : _ -" error={errors.name?.message}>
              {control => (
                <Input {...control} {...form.register('name')} autoFocus autoComplete="off" className="font-mono" />
              )}
            </Field>
            <Field label="Value" hint="JSON, at most 64 KiB." error={errors.value?.message}>
              {control => (
                <Textarea {...control} {...form.register('value')} spellCheck={false} className="font-mono" />
              )}
            </Field>
            <Field
              label="Task types"
              optional
              hint="It matters for these, with commas between."
              error={errors.taskTypes?.message}
            >
              {control => (
                <Input {...control} {...form.register('taskTypes')} autoComplete="off" className="font-mono" />
              )}
            </Field>
            <SelectField control={form.control} name="ttlSeconds" label="How long" options={contextSpans} />
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
          </DialogBody>
          <FormFooter pending={isPending}>{isPending ? 'Keeping' : 'Keep'}</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
