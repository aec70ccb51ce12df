'use client'

import { useSyncExternalStore } from 'react'
import { describeError } from './describe-error.ts'

/** The outcome of an act, told in passing. */
export interface Notice {
  kind: 'done' | 'failed'
  title: string
  description?: string | undefined
  /** One thing to do about it: undo, open. */
  action?: { label: string; onClick: () => void } | undefined
}

const waiting: Notice[] = []
const listeners = new Set<() => void>()
let wanted = false
let deliver: ((notice: Notice) => void) | null = null

function send(notice: Notice) {
  if (deliver) return deliver(notice)
  waiting.push(notice)
  wanted = true
  for (const listener of listeners) listener()
}

/**
 * Tells how an act ended: `notify.done('Task submitted', {action})`, `notify.failed('The task was not retried', error)`.
 * Only for what may be missed. What shows the notices is loaded with the first of them.
 */
export const notify = {
  done: (title: string, more: Pick<Notice, 'description' | 'action'> = {}): void =>
    send({ kind: 'done', title, ...more }),
  failed: (title: string, error?: unknown): void => {
    const { message, action } = describeError(error)
    send({ kind: 'failed', title, description: error === undefined ? undefined : `${message} ${action}`.trim() })
  },
}

/** Whether anything was ever to be told on this page; for the shell. */
export function useNoticesWanted(): boolean {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => wanted,
    () => false,
  )
}

/** Takes over delivery, beginning with what waited; returns what ends that. For the one who shows the notices. */
export function connectNotices(show: (notice: Notice) => void): () => void {
  deliver = show
  for (const notice of waiting.splice(0)) show(notice)
  return () => {
    deliver = null
  }
}
