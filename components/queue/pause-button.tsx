'use client'

import { Pause, Play } from 'lucide-react'
import { useState } from 'react'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { nameOf, type PauseTarget, pauseOf } from './pause-words.ts'
import { usePauses } from './use-pauses.ts'

const PauseDialog = onDemand(() => import('./pause-dialog.tsx').then(module => module.PauseDialog))

/** Pauses a part of the queue, or resumes it when it is paused. */
export function PauseButton({ target }: { target: PauseTarget }) {
  const refusal = useRefusal('operator')
  const [act, setAct] = useState<'pause' | 'resume' | null>(null)
  const isPaused = pauseOf(usePauses(), target) !== null
  const [verb, Icon] = isPaused ? ['Resume', Play] : ['Pause', Pause]
  return (
    <>
      <ActionButton
        reason={refusal}
        aria-label={`${verb} ${nameOf(target)}`}
        onClick={() => setAct(isPaused ? 'resume' : 'pause')}
      >
        <Icon aria-hidden />
        {verb}
      </ActionButton>
      {act ? <PauseDialog target={target} act={act} onClose={() => setAct(null)} /> : null}
    </>
  )
}
