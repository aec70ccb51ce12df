'use client'

import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import type { z } from 'zod'
import { changePasswordInput } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { describeError } from '../ui/describe-error.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'

type ChangePassword = z.output<typeof changePasswordInput>

const resolver = contractResolver<ChangePassword, ChangePassword>(changePasswordInput, values => values)

/** Sets one's own password; afterwards one has to sign in again, everywhere. */
export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const form = useForm<ChangePassword, unknown, ChangePassword>({
    defaultValues: { currentPassword: '', newPassword: '' },
    resolver,
  })
  const { mutate, error, isPending } = useMutation(
    trpc.session.changePassword.mutationOptions({
      onSuccess: () => window.location.assign('/sign-in?next=/settings'),
      onError: failure => {
        const isShown = showOnFields(failure, form.setError)
        if (isShown || describeError(failure).code !== 'INVALID_INPUT') return
        form.setError('currentPassword', { type: 'server', message: 'is not your password' }, { shouldFocus: true })
      },
    }),
  )
  const { errors } = form.formState
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title="Change your password"
        description="Every session of yours ends, this one too: you sign in again."
      >
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid gap-4">
            <Field label="Present password" error={errors.currentPassword?.message}>
              {control => (
                <Input
                  {...control}
                  {...form.register('currentPassword')}
                  type="password"
                  autoFocus
                  autoComplete="current-password"
                />
              )}
            </Field>
            <Field label="New password" hint="At least 12 characters." error={errors.newPassword?.message}>
              {control => (
                <Input {...control} {...form.register('newPassword')} type="password" autoComplete="new-password" />
              )}
            </Field>
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
          </DialogBody>
          <FormFooter pending={isPending}>Change</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
