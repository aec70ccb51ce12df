'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import type { BreakerFilter } from './breaker-order.ts'
import { missingReason, ReasonField } from './reason-field.tsx'

const phrase = 'reset all'

export interface ResetAllDialogProps {
  counts: Record<BreakerFilter, number>
  onClose: () => void
}

/** Resets every breaker of the fleet: says what it touches, and wants a reason and a typed phrase. */
export function ResetAllDialog({ counts, onClose }: ResetAllDialogProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const { mutate, isPending, error } = useMutation(
    trpc.breakers.resetAll.mutationOptions({
      onSuccess: ({ reset }) => {
        void queries.invalidateQueries({ queryKey: trpc.breakers.list.queryKey() })
        notify.done(`${plural(reset, 'breaker')} reset`)
        onClose()
      },
    }),
  )
  const refusal = missingReason(reason) ?? (typed.trim() === phrase ? null : `Type “${phrase}” to confirm.`)
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`Reset all ${plural(counts.any, 'breaker')}`}
        description="Every breaker becomes closed and automatic at once. Calls go to instances that may still be failing."
      >
        <DialogBody className="grid gap-4">
          <ul className="num grid grid-cols-3 gap-2 rounded-md border bg-muted/50 p-3 text-center text-muted-foreground text-xs">
            <Touched count={counts.open} word="open" />
            <Touched count={counts.half_open} word="half-open" />
            <Touched count={counts.held} word="held" />
          </ul>
          <ReasonField value={reason} onChange={setReason} placeholder="Network restored after the maintenance" />
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
          <ErrorLine error={error} />
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <ActionButton
            variant="destructive"
            reason={refusal}
            pending={isPending}
            onClick={() => mutate({ reason: reason.trim() })}
          >
            Reset {plural(counts.any, 'breaker')}
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}

function Touched({ count, word }: { count: number; word: string }) {
  return (
    <li>
      <span className="block font-semibold text-foreground text-lg">{formatCount(count)}</span>
      {word}
    </li>
  )
}
