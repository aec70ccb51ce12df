'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Controller, useForm, useWatch } from 'react-hook-form'
import type { z } from 'zod'
import { addPersonInput, type Role } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { SelectField } from '../ui/select-field.tsx'
import { PasswordField } from './password-field.tsx'
import { roleOptions } from './role-words.ts'

interface Values {
  email: string
  name: string
  role: Role
  password: string
}

type AddPerson = z.output<typeof addPersonInput>

const resolver = contractResolver<Values, AddPerson>(addPersonInput, values => ({
  ...values,
  email: values.email.trim(),
}))

/** Lets one more person in. */
export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<Values, unknown, AddPerson>({
    defaultValues: { email: '', name: '', role: 'viewer', password: '' },
    resolver,
  })
  const { mutate, error, isPending } = useMutation(
    trpc.people.add.mutationOptions({
      onSuccess: person => {
        void queries.invalidateQueries({ queryKey: trpc.people.list.queryKey() })
        notify.done(`${person.name} may sign in now`, {
          description: 'Give them the password; they can change it under About.',
        })
        onClose()
      },
      onError: failure =>
        void showOnFields(failure, form.setError, code => (code === 'PERSON_EXISTS' ? ['email'] : [])),
    }),
  )
  const { errors, isDirty } = form.formState
  const role = useWatch({ control: form.control, name: 'role' })
  const chosenRole = roleOptions.find(({ value }) => value === role)
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title="Add a person"
        description="They sign in with this email and password."
        onInteractOutside={event => isDirty && event.preventDefault()}
      >
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid gap-4">
            <Field label="Name" error={errors.name?.message}>
              {control => <Input {...control} {...form.register('name')} autoFocus autoComplete="off" />}
            </Field>
            <Field label="Email" error={errors.email?.message}>
              {control => <Input {...control} {...form.register('email')} type="email" autoComplete="off" />}
            </Field>
            <SelectField
              control={form.control}
              name="role"
              label="Role"
              hint={`${chosenRole?.label} ${chosenRole?.meaning}`}
              options={roleOptions}
            />
            <Controller
              control={form.control}
              name="password"
              render={({ field }) => (
                <Field label="Password" hint="At least 12 characters." error={errors.password?.message}>
                  {control => (
                    <PasswordField
                      control={control}
                      ref={field.ref}
                      value={field.value}
                      onValueChange={field.onChange}
                    />
                  )}
                </Field>
              )}
            />
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
          </DialogBody>
          <FormFooter pending={isPending}>{isPending ? 'Adding' : 'Add'}</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
