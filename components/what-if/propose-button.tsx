'use client'

import { useMutation } from '@tanstack/react-query'
import { Lightbulb } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { SimulationView } from '#server/contracts/simulations.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { titleOf } from './run-title.ts'

const ReasonDialog = onDemand(() => import('../ui/reason-dialog.tsx').then(module => module.ReasonDialog))

/** Proposes what was simulated for somebody else to approve; for one change under the recorded load. */
export function ProposeButton({ view }: { view: SimulationView }) {
  const trpc = useTRPC()
  const router = useRouter()
  const refusal = useRefusal('operator')
  const [isOpen, setIsOpen] = useState(false)
  const { mutate, isPending, error } = useMutation(
    trpc.suggestions.propose.mutationOptions({
      onSuccess: ({ id }) => {
        notify.done('Proposed; somebody else has to approve it')
        router.push(`/suggestions/${id}`)
      },
    }),
  )
  const [change] = view.request.changes
  if (!change || view.request.changes.length > 1 || view.request.load || view.status !== 'succeeded') return null
  return (
    <>
      <ActionButton reason={refusal} onClick={() => setIsOpen(true)}>
        <Lightbulb aria-hidden />
        Propose this change
      </ActionButton>
      {isOpen ? (
        <ReasonDialog
          title="Propose this change"
          description={`${titleOf(view)}. It becomes a suggestion with this simulation; an approver decides.`}
          placeholder="The simulation shows a shorter wait."
          act="Propose"
          pending={isPending}
          error={error}
          onAct={reason => mutate({ change, reason, simulationId: view.id })}
          onClose={() => setIsOpen(false)}
        />
      ) : null}
    </>
  )
}
