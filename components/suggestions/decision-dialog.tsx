'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import { Field } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Select } from '../ui/select.tsx'
import { ChangedWhileReading } from './changed-while-reading.tsx'
import { isAsRead } from './changed-words.ts'

/** What may be decided about a suggestion. */
export type Decision = 'approve' | 'reject' | 'snooze' | 'apply' | 'revert'

const words: Record<Decision, { title: string; description: string; placeholder: string; act: string; done: string }> =
  {
    approve: {
      title: 'Approve the suggestion',
      description: 'Nothing changes yet: applying it is an act of its own. The approval holds for exactly this change.',
      placeholder: 'Looked at the evidence; the gain is worth it.',
      act: 'Approve',
      done: 'Approved; it can be applied now',
    },
    reject: {
      title: 'Reject the suggestion',
      description: 'It stays quiet for seven days, unless much more speaks for it then.',
      placeholder: 'That instance is going away next week.',
      act: 'Reject',
      done: 'Rejected',
    },
    snooze: {
      title: 'Put the suggestion off',
      description: 'It comes back by itself.',
      placeholder: 'After the release.',
      act: 'Snooze',
      done: 'Put off',
    },
    apply: {
      title: 'Apply the suggestion',
      description: 'Changes the configuration now. What became of it is measured afterwards; one click takes it back.',
      placeholder: 'Traffic is calm; now is a good time.',
      act: 'Apply now',
      done: 'Applied',
    },
    revert: {
      title: 'Take the change back',
      description: 'The setting becomes what it was before, now.',
      placeholder: 'Latency rose.',
      act: 'Revert',
      done: 'Taken back',
    },
  }

const spans = [
  { value: '4', label: 'For 4 hours' },
  { value: '24', label: 'For a day' },
  { value: '168', label: 'For a week' },
  { value: '720', label: 'For 30 days' },
]

/** Asks before a decision, and carries it out. */
export function DecisionDialog(props: { decision: Decision; suggestion: SuggestionView; onClose: () => void }) {
  const { decision, suggestion, onClose } = props
  const { id } = suggestion
  // The page goes on underneath; what is approved is what was read here.
  const [read, setRead] = useState(suggestion)
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const [hours, setHours] = useState('24')
  const decide = (reason: string) => {
    switch (decision) {
      case 'approve':
        return client.suggestions.approve.mutate({
          id,
          evidenceHash: read.evidenceHash,
          ...(read.configurationHash === null ? {} : { configurationHash: read.configurationHash }),
          note: reason,
        })
      case 'reject':
        return client.suggestions.reject.mutate({ id, reason })
      case 'snooze':
        return client.suggestions.snooze.mutate({ id, hours: Number(hours), reason })
      case 'apply':
        return client['suggestions.apply'].mutate({ id, note: reason })
      case 'revert':
        return client.suggestions.revert.mutate({ id, reason })
    }
  }
  const { mutate, isPending, error } = useMutation({
    mutationFn: decide,
    onSuccess: view => {
      queries.setQueryData(trpc.suggestions.get.queryKey({ id }), view)
      notify.done(words[decision].done)
      onClose()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.suggestions.pathKey() }),
  })
  const isStale = decision === 'approve' && !isPending && !isAsRead(read, suggestion)
  return (
    <ReasonDialog
      {...words[decision]}
      variant={decision === 'revert' ? 'destructive' : 'primary'}
      isOptional={decision === 'approve' || decision === 'snooze' || decision === 'apply'}
      pending={isPending}
      error={error}
      onAct={reason => mutate(reason)}
      onClose={onClose}
      refusal={isStale ? 'It has changed while you were reading; look at what is different first.' : null}
      effect={
        <>
          <Difference suggestion={read} decision={decision} />
          {isStale ? <ChangedWhileReading read={read} present={suggestion} onLook={() => setRead(suggestion)} /> : null}
        </>
      }
    >
      {decision === 'snooze' ? (
        <Field label="How long">
          {control => <Select {...control} value={hours} onValueChange={setHours} options={spans} />}
        </Field>
      ) : null}
    </ReasonDialog>
  )
}

function Difference({ suggestion: { difference }, decision }: { suggestion: SuggestionView; decision: Decision }) {
  if (!difference || (decision !== 'approve' && decision !== 'apply')) return null
  return (
    <p className="num rounded-md border bg-muted px-3 py-2 text-sm wrap-anywhere">
      {difference.subject}: {difference.from} → <strong>{difference.to}</strong>
    </p>
  )
}
