'use client'

import { Check, Clock, CornerUpLeft, FileDown, Play, X } from 'lucide-react'
import { useState } from 'react'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { useRefusal, useViewer } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import type { Decision } from './decision-dialog.tsx'
import { saveText } from './save-text.ts'
import { writeMarkdown } from './write-markdown.ts'

const DecisionDialog = onDemand(() => import('./decision-dialog.tsx').then(module => module.DecisionDialog))

/** What somebody may do about a suggestion as it stands; what the viewer may not do says why. */
export function DecisionActions({ suggestion }: { suggestion: SuggestionView }) {
  const [open, setOpen] = useState<Decision | null>(null)
  const { state, origin, act, obstacle } = suggestion
  const rejecter = useRefusal('approver')
  // Flags are of the whole installation.
  const approver = useRefusal(act.change?.kind === 'flag' ? 'admin' : 'approver')
  const operator = useRefusal('operator')
  const viewer = useViewer()
  const isOwn = origin.kind === 'proposal' && origin.by.kind === 'person' && origin.by.id === viewer.id
  const own = isOwn ? 'You proposed this; somebody else has to approve it.' : null
  const { status } = state
  const isUndecided = status === 'open' || status === 'snoozed' || status === 'voided' || status === 'expired'
  return (
    <>
      <Button onClick={() => saveText(`suggestion-${suggestion.id}.md`, writeMarkdown(suggestion))}>
        <FileDown aria-hidden />
        Markdown
      </Button>
      {isUndecided ? (
        <ActionButton reason={operator} onClick={() => setOpen('snooze')}>
          <Clock aria-hidden />
          Snooze
        </ActionButton>
      ) : null}
      {isUndecided || status === 'approved' ? (
        <ActionButton reason={rejecter} onClick={() => setOpen('reject')}>
          <X aria-hidden />
          {status === 'approved' ? 'Withdraw' : 'Reject'}
        </ActionButton>
      ) : null}
      {isUndecided && act.kind === 'change' ? (
        <ActionButton variant="primary" reason={approver ?? own ?? obstacle} onClick={() => setOpen('approve')}>
          <Check aria-hidden />
          Approve
        </ActionButton>
      ) : null}
      {status === 'approved' ? (
        <ActionButton variant="primary" reason={approver} onClick={() => setOpen('apply')}>
          <Play aria-hidden />
          Apply
        </ActionButton>
      ) : null}
      {status === 'applied' || status === 'judged' ? (
        <ActionButton variant="destructive" reason={approver ?? obstacle} onClick={() => setOpen('revert')}>
          <CornerUpLeft aria-hidden />
          Revert
        </ActionButton>
      ) : null}
      {open === null ? null : <DecisionDialog decision={open} suggestion={suggestion} onClose={() => setOpen(null)} />}
    </>
  )
}
