'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import { formatCount, plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import type { BreakerFilter } from './breaker-order.ts'

export interface ResetAllDialogProps {
  counts: Record<BreakerFilter, number>
  onClose: () => void
}

/** Resets every breaker of the fleet: says what it touches, and wants a reason and a typed phrase. */
export function ResetAllDialog({ counts, onClose }: ResetAllDialogProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, isPending, error } = useMutation(
    trpc.breakers.resetAll.mutationOptions({
      onSuccess: ({ reset }) => {
        void queries.invalidateQueries({ queryKey: trpc.breakers.list.queryKey() })
        notify.done(`${plural(reset, 'breaker')} reset`)
        onClose()
      },
    }),
  )
  return (
    <ReasonDialog
      title={`Reset all ${plural(counts.any, 'breaker')}`}
      description="Every breaker becomes closed and automatic at once. Calls go to instances that may still be failing."
      placeholder="Network restored after the maintenance"
      act={`Reset ${plural(counts.any, 'breaker')}`}
      variant="destructive"
      phrase="reset all"
      pending={isPending}
      error={error}
      onAct={reason => mutate({ reason })}
      onClose={onClose}
      effect={
        <ul className="num grid grid-cols-3 gap-2 rounded-md border bg-muted/50 p-3 text-center text-muted-foreground text-xs">
          <Touched count={counts.open} word="open" />
          <Touched count={counts.half_open} word="half-open" />
          <Touched count={counts.held} word="held" />
        </ul>
      }
    />
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
