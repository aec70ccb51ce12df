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
  /** For acts that touch much: must be typed before. */
  phrase?: string
  pending: boolean
  error: unknown
  onAct: (reason: string) => void
  onClose: () => void
  /** What it touches, before the reason. */
  effect?: ReactNode
  /** More to choose, after the reason. */
  children?: ReactNode
}

/** The question before an act of an operator. The reason is kept with the act, so there is none without it. */
export function ReasonDialog({
  title,
  description,
  placeholder,
  act,
  variant = 'primary',
  phrase,
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
      <DialogContent title={title} description={description}>
        <DialogBody className="grid gap-4">
          {effect}
          <Field label="Reason" hint="Kept in the audit trail and shown to everybody.">
            {control => (
              <Textarea
                {...control}
                value={reason}
                onChange={event => setReason(event.target.value)}
                placeholder={placeholder}
                maxLength={maxLength}
                rows={2}
                required
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
            <Button>Cancel</Button>
          </DialogClose>
          <ActionButton
            variant={variant}
            reason={refusalOf(reason, typed, phrase)}
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

/** Why the act cannot be done yet. */
function refusalOf(reason: string, typed: string, phrase: string | undefined): string | null {
  if (reason.trim() === '') return 'Say why first; the reason is kept.'
  return phrase === undefined || typed.trim() === phrase ? null : `Type “${phrase}” to confirm.`
}
