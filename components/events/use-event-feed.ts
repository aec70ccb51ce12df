'use client'

import { startTransition, useEffect, useRef, useState } from 'react'
import type { EventView } from '#server/contracts/events.ts'
import { useLive } from '../data/live.tsx'
import { useTRPCClient } from '../data/trpc.ts'
import { describeError } from '../ui/describe-error.ts'
import { notify } from '../ui/notify.ts'
import { appendOlder, type EventBuffer, openBuffer, receiveEvents, showPending } from './event-buffer.ts'
import { type EventFilter, followEvents, pageSize, toInput } from './follow-events.ts'

const retryMs = 5_000

/** Whether trying again later can help: not when the question or the one who asks is what is wrong. */
function canPass(error: unknown): boolean {
  const { code } = describeError(error)
  return code === null || !['INVALID_INPUT', 'FORBIDDEN', 'UNAUTHENTICATED'].includes(code)
}

export interface EventFeedOptions {
  /** A live list holds this many; older ones are read again when somebody asks for them. */
  size: number
  /** Holds the list still: what arrives is counted and kept. */
  hold: boolean
}

export interface EventFeed {
  /** Newest first; undefined until the first page is there. */
  events: readonly EventView[] | undefined
  /** How many arrived since the list is held. */
  pendingCount: number
  /** True when more arrived than were kept, so that `pendingCount` is too low. */
  isOverrun: boolean
  error: unknown
  hasOlder: boolean
  isLoadingOlder: boolean
  loadOlder: () => void
  /** Shows what was held back. */
  catchUp: () => void
  /** Reads everything anew. */
  restart: () => void
}

interface FeedState {
  key: string
  buffer: EventBuffer | null
  error: unknown
}

/**
 * Events as they happen, after a first page of those that have happened, without gap or repeat; the connection may break
 * meanwhile. Nothing is received while the tab is hidden: afterwards the list is read anew.
 */
export function useEventFeed(filter: EventFilter, { size, hold }: EventFeedOptions): EventFeed {
  const client = useTRPCClient()
  const isHidden = useLive().pausedBy === 'hidden'
  const key = JSON.stringify([filter.types, filter.moduleId, filter.taskId, filter.time])
  const [round, setRound] = useState(0)
  const [state, setState] = useState<FeedState>({ key, buffer: null, error: null })
  const [isLoadingOlder, setLoadingOlder] = useState(false)
  const wanted = useRef({ filter, hold, size })
  useEffect(() => {
    wanted.current = { filter, hold, size }
  })

  // The key stands for the filter; a new round begins anew.
  useEffect(() => {
    if (isHidden) return
    return followEvents(
      client,
      { filter: wanted.current.filter, size },
      {
        onPage: page => setState({ key, buffer: openBuffer(page), error: null }),
        // In slices: at a thousand events a second drawing them must not keep the page from answering.
        onEvents: events =>
          startTransition(() =>
            setState(was =>
              was.key === key && was.buffer
                ? { ...was, buffer: receiveEvents(was.buffer, events, wanted.current) }
                : was,
            ),
          ),
        onError: failure => setState(was => ({ key, buffer: was.key === key ? was.buffer : null, error: failure })),
      },
    )
  }, [client, key, size, round, isHidden])

  const restart = () => setRound(was => was + 1)
  const { error } = state
  useEffect(() => {
    if (error === null || !canPass(error)) return
    const timer = setTimeout(() => setRound(was => was + 1), retryMs)
    return () => clearTimeout(timer)
  }, [error])

  const buffer = state.key === key ? state.buffer : null
  const catchUp = () => {
    if (buffer?.isOverrun) restart()
    else setState(was => (was.buffer ? { ...was, buffer: showPending(was.buffer, size) } : was))
  }
  const latest = useRef(catchUp)
  useEffect(() => {
    latest.current = catchUp
  })
  useEffect(() => {
    if (!hold) latest.current()
  }, [hold])

  const loadOlder = () => {
    if (!buffer?.olderCursor || isLoadingOlder) return
    setLoadingOlder(true)
    client.events.list
      .query({ ...toInput(filter), cursor: buffer.olderCursor, limit: pageSize })
      .then(page =>
        setState(was => (was.key === key && was.buffer ? { ...was, buffer: appendOlder(was.buffer, page) } : was)),
      )
      .catch(failure => notify.failed('Older events could not be loaded', failure))
      .finally(() => setLoadingOlder(false))
  }

  return {
    events: buffer?.shown,
    pendingCount: buffer?.pending.length ?? 0,
    isOverrun: buffer?.isOverrun ?? false,
    error: state.key === key ? error : null,
    hasOlder: Boolean(buffer?.olderCursor),
    isLoadingOlder,
    loadOlder,
    catchUp,
    restart,
  }
}
