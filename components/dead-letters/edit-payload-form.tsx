'use client'

import { useForm } from 'react-hook-form'
import type { DeadLetterView } from '#server/contracts/dead-letters.ts'
import { fieldsOfSubmitError } from '../tasks/submit-form.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { showOnFields } from '../ui/contract-form.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Textarea } from '../ui/input.tsx'
import { formatJson, readJsonText } from '../ui/json-text.ts'
import { useReprocess } from './use-reprocess.ts'

interface Values {
  payload: string
}

export interface EditPayloadFormProps {
  letter: DeadLetterView
  onClose: () => void
}

/** Edits the payload that failed and reprocesses with that; what the type's schema refuses is said beside the field. */
export function EditPayloadForm({ letter, onClose }: EditPayloadFormProps) {
  const { register, handleSubmit, setError, formState } = useForm<Values>({
    defaultValues: { payload: formatJson(letter.payload) },
  })
  const { mutate, error, isPending } = useReprocess(letter.id, {
    onDone: onClose,
    onError: failure => void showOnFields<Values>(failure, setError, fieldsOfSubmitError),
  })
  const submit = handleSubmit(({ payload }) => {
    const read = readJsonText(payload)
    if (read.kind === 'value') return mutate({ id: letter.id, payload: read.value })
    const problem = read.kind === 'empty' ? 'is missing; write null for none' : read.problem
    setError('payload', { message: `The payload ${problem}.` }, { shouldFocus: true })
  })
  const problem = formState.errors.payload?.message
  return (
    <form noValidate onSubmit={submit} className="grid gap-3">
      <Field label="Payload (JSON)" hint="The letter keeps the payload that failed." error={problem}>
        {control => (
          <Textarea
            {...control}
            {...register('payload')}
            spellCheck={false}
            rows={14}
            className="resize-y font-mono text-xs"
          />
        )}
      </Field>
      {error && !problem ? <ErrorLine error={error} /> : null}
      <div className="flex flex-wrap gap-2">
        <ActionButton type="submit" variant="primary" pending={isPending}>
          Reprocess with this payload
        </ActionButton>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  )
}
