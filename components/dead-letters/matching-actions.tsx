'use client'

import { useQuery } from '@tanstack/react-query'
import { Archive, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { formatCompact } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import type { LetterListFilter } from './letter-filter.ts'

const ReprocessDialog = onDemand(() => import('./reprocess-dialog.tsx').then(module => module.ReprocessDialog))
const DiscardDialog = onDemand(() => import('./discard-dialog.tsx').then(module => module.DiscardDialog))
const everyMs = 4_000

/** Reprocesses or discards every open letter that matches; says how many before anything is asked. */
export function MatchingActions({ filter }: { filter: LetterListFilter }) {
  const trpc = useTRPC()
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<'reprocess' | 'discard' | null>(null)
  const { data } = useQuery(trpc.deadLetters.count.queryOptions(filter, { refetchInterval: useLiveInterval(everyMs) }))
  const count = data?.open ?? null
  const reason = refusal ?? (count === 0 ? 'No open dead letter matches.' : null)
  const close = () => setOpen(null)
  const selection = { filter }
  return (
    <>
      <ActionButton size="sm" reason={reason} onClick={() => setOpen('reprocess')}>
        <RotateCw aria-hidden />
        Reprocess all {count ? <span className="num">{formatCompact(count)}</span> : null}
      </ActionButton>
      <ActionButton size="sm" reason={reason} onClick={() => setOpen('discard')}>
        <Archive aria-hidden />
        <span className="max-sm:sr-only">Discard all</span>
      </ActionButton>
      {open === 'reprocess' ? <ReprocessDialog selection={selection} onClose={close} /> : null}
      {open === 'discard' ? <DiscardDialog selection={selection} onClose={close} /> : null}
    </>
  )
}
