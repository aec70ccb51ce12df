'use client'

import { CirclePause } from 'lucide-react'
import type { PauseView } from '#server/contracts/queues.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { PauseButton } from './pause-button.tsx'
import { capitalize, nameOf, targetOf } from './pause-words.ts'

export interface PauseNotesProps {
  pauses: readonly PauseView[]
  /** Where a page has such a button of its own, none is shown here. */
  hasButton?: boolean
}

/** What is held back, by whom, why and since when; nothing when nothing is. */
export function PauseNotes({ pauses, hasButton = true }: PauseNotesProps) {
  if (pauses.length === 0) return null
  return (
    <ul aria-label="Paused" className="mb-4 grid gap-2">
      {pauses.map(pause => {
        const name = nameOf(targetOf(pause))
        return (
          <li
            key={name}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border border-warn-line bg-warn-soft px-3 py-2"
          >
            <CirclePause aria-hidden className="size-4 shrink-0 text-warn-text" />
            <span className="min-w-0 flex-1 break-words">
              <strong className="font-medium">{capitalize(name)} is paused</strong> by {pause.by}{' '}
              <RelativeTime at={pause.at} />: {pause.reason}
            </span>
            {hasButton ? <PauseButton target={targetOf(pause)} /> : null}
          </li>
        )
      })}
    </ul>
  )
}
