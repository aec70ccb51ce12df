'use client'

import { PlugZap, RotateCcw, Unplug } from 'lucide-react'
import { useState } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { HoldDialog } from './hold-dialog.tsx'
import { ResetDialog } from './reset-dialog.tsx'

type Act = 'open' | 'closed' | 'reset'

/** Why there is nothing to reset; null when there is. */
function nothingToReset({ state, forced, consecutiveFailures }: BreakerView): string | null {
  const isFresh = state === 'closed' && !forced && consecutiveFailures === 0
  return isFresh ? 'It is closed and automatic already, with no failure to forget.' : null
}

/** Why it cannot be held in a state; null when it can. */
function alreadyHeld({ forced }: BreakerView, state: 'open' | 'closed'): string | null {
  return forced?.state === state ? `${forced.by} holds it ${state} already.` : null
}

/** What an operator can do with one breaker. */
export function BreakerActions({ breaker }: { breaker: BreakerView }) {
  const refusal = useRefusal('operator')
  const [act, setAct] = useState<Act | null>(null)
  const close = () => setAct(null)
  return (
    <div className="flex flex-wrap gap-2">
      <ActionButton reason={refusal ?? alreadyHeld(breaker, 'open')} onClick={() => setAct('open')}>
        <Unplug aria-hidden />
        Hold open
      </ActionButton>
      <ActionButton reason={refusal ?? alreadyHeld(breaker, 'closed')} onClick={() => setAct('closed')}>
        <PlugZap aria-hidden />
        Hold closed
      </ActionButton>
      <ActionButton reason={refusal ?? nothingToReset(breaker)} onClick={() => setAct('reset')}>
        <RotateCcw aria-hidden />
        Reset
      </ActionButton>
      {act === 'reset' ? <ResetDialog breaker={breaker} onClose={close} /> : null}
      {act === 'open' || act === 'closed' ? <HoldDialog breaker={breaker} state={act} onClose={close} /> : null}
    </div>
  )
}
