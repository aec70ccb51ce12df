'use client'

import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type PersonView, passwordSchema } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { notify } from '../ui/notify.ts'
import { PasswordField } from './password-field.tsx'

/** Gives somebody a new password; they are signed out everywhere. */
export function SetPasswordDialog({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const trpc = useTRPC()
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)
  const { mutate, error, isPending } = useMutation(
    trpc.people.setPassword.mutationOptions({
      onSuccess: () => {
        notify.done(`${person.name} has a new password`, { description: 'They are signed out everywhere.' })
        onClose()
      },
    }),
  )
  const problem = passwordSchema.safeParse(password).error?.issues[0]?.message
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!problem) mutate({ id: person.id, password })
  }
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`New password for ${person.name}`}
        description="The old one stops working, and every session of theirs ends."
      >
        <form noValidate onSubmit={submit}>
          <DialogBody className="grid gap-3">
            <Field label="Password" hint="At least 12 characters." error={tried ? problem : null}>
              {control => <PasswordField control={control} value={password} onValueChange={setPassword} autoFocus />}
            </Field>
            <ErrorLine error={error} />
          </DialogBody>
          <FormFooter pending={isPending}>Set the password</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
