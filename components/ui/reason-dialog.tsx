'use client'

import { type ReactNode, useState } from 'react'
import { ActionButton } from './action-button.tsx'
import { Button } from './button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from './dialog.tsx'
import { ErrorLine } from './error-state.tsx'
import { Field } from './field.tsx'
import { Input, Textarea } from './input.tsx'

/** As long as the server takes it. */
const maxLength = 500

export interface ReasonDialogProps {
  title: string
  /** What the act does. */
  description: string
  /** An example of a reason. */
  placeholder: string
  /** The words of the button that acts. */
  act: string
  variant?: 'primary' | 'destructive'
  /** The words of the button that lets it be. */
  cancel?: string
  /** For acts that touch much: must be typed before. */
  phrase?: string
  /** Why the act cannot be done, whatever is typed. */
  refusal?: string | null
  /** The act may go without a reason. */
  isOptional?: boolean
  pending: boolean
  error: unknown
  /** Given the reason without spaces around it; empty when there is none. */
  onAct: (reason: string) => void
  onClose: () => void
  /** What it touches, before the reason. */
  effect?: ReactNode
  /** More to choose, after the reason. */
  children?: ReactNode
}

/**
 * The question before an act of an operator; the reason is kept with the act. It closes by its buttons and Escape alone, so
 * that a click beside it loses nothing that was typed.
 */
export function ReasonDialog({
  title,
  description,
  placeholder,
  act,
  variant = 'primary',
  cancel = 'Cancel',
  phrase,
  refusal = null,
  isOptional = false,
  pending,
  error,
  onAct,
  onClose,
  effect,
  children,
}: ReasonDialogProps) {
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent title={title} description={description} onInteractOutside={event => event.preventDefault()}>
        <DialogBody className="grid gap-4">
          {effect}
          <Field label="Reason" optional={isOptional} hint="Kept in the audit trail and shown to everybody.">
            {control => (
              <Textarea
                {...control}
                value={reason}
                onChange={event => setReason(event.target.value)}
                placeholder={placeholder}
                maxLength={maxLength}
                rows={2}
                required={!isOptional}
                autoFocus
              />
            )}
          </Field>
          {children}
          {phrase === undefined ? null : (
            <Field label={`Type “${phrase}” to confirm`}>
              {control => (
                <Input
                  {...control}
                  value={typed}
                  onChange={event => setTyped(event.target.value)}
                  autoComplete="off"
                  spellCheck={false}
                />
              )}
            </Field>
          )}
          <ErrorLine error={error} />
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button>{cancel}</Button>
          </DialogClose>
          <ActionButton
            variant={variant}
            reason={refusal ?? missingOf(isOptional ? null : reason, typed, phrase)}
            pending={pending}
            onClick={() => onAct(reason.trim())}
          >
            {act}
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}

/** What is still to be typed; null for a reason that is not needed. */
function missingOf(reason: string | null, typed: string, phrase: string | undefined): string | null {
  if (reason?.trim() === '') return 'Say why first; the reason is kept.'
  return phrase === undefined || typed.trim() === phrase ? null : `Type “${phrase}” to confirm.`
}
