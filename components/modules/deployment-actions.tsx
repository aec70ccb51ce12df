'use client'

import { useMutation } from '@tanstack/react-query'
import { Pause, Play, SkipForward, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { DeploymentView } from '#server/contracts/deployments.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { useModuleRefresh } from './use-modules.ts'

/** What a person can do with a deployment where it stands. */
export function DeploymentActions({ moduleId, deployment }: { moduleId: string; deployment: DeploymentView }) {
  const trpc = useTRPC()
  const refusal = useRefusal('operator')
  const refresh = useModuleRefresh()
  const [isRollingBack, setRollingBack] = useState(false)
  const act = {
    onSettled: () => void refresh(),
    onError: (error: unknown) => notify.failed('The deployment could not be moved', error),
  }
  const pause = useMutation(trpc.deployments.pause.mutationOptions(act))
  const resume = useMutation(trpc.deployments.continue.mutationOptions(act))
  const advance = useMutation(trpc.deployments.advance.mutationOptions(act))
  const { state, step, steps } = deployment
  const isMoving = state === 'joining' || state === 'stepping'
  const next = step + 1 < steps.length ? `${steps[step + 1]} % now` : 'Replace now'
  if (state === 'completed' || state === 'rolled_back' || state === 'rolling_back') return null
  return (
    <div className="flex flex-wrap gap-1.5">
      {isMoving ? (
        <>
          <ActionButton
            size="sm"
            reason={refusal}
            pending={pause.isPending}
            onClick={() => pause.mutate({ id: moduleId })}
          >
            <Pause aria-hidden />
            Pause
          </ActionButton>
          <ActionButton
            size="sm"
            reason={refusal}
            pending={advance.isPending}
            title="Takes the next step without waiting for calls or health"
            onClick={() => advance.mutate({ id: moduleId, step: step + 1 })}
          >
            <SkipForward aria-hidden />
            {next}
          </ActionButton>
        </>
      ) : null}
      {state === 'paused' || state === 'stopped' ? (
        <ActionButton
          size="sm"
          reason={refusal}
          pending={resume.isPending}
          onClick={() => resume.mutate({ id: moduleId })}
        >
          <Play aria-hidden />
          {state === 'paused' ? 'Continue' : 'Try the step again'}
        </ActionButton>
      ) : null}
      <ActionButton size="sm" variant="destructive" reason={refusal} onClick={() => setRollingBack(true)}>
        <Undo2 aria-hidden />
        Roll back
      </ActionButton>
      {isRollingBack ? (
        <RollBackDialog moduleId={moduleId} deployment={deployment} onClose={() => setRollingBack(false)} />
      ) : null}
    </div>
  )
}

function RollBackDialog({
  moduleId,
  deployment,
  onClose,
}: {
  moduleId: string
  deployment: DeploymentView
  onClose: () => void
}) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const { mutate, error, isPending } = useMutation(
    trpc.deployments.rollBack.mutationOptions({
      onSuccess: () => {
        void refresh()
        notify.done(`Version ${deployment.version} is rolled back`)
        onClose()
      },
    }),
  )
  return (
    <ReasonDialog
      title={`Roll version ${deployment.version} back`}
      description={`Version ${deployment.fromVersions.join(', ')} takes all calls at once. The new instances finish what they run, and are removed.`}
      placeholder="It answers slower than before"
      act="Roll back"
      variant="destructive"
      pending={isPending}
      error={error}
      onAct={reason => mutate({ id: moduleId, reason })}
      onClose={onClose}
    />
  )
}
