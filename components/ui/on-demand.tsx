'use client'

import { type ComponentType, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { onConnected } from '../data/connection-state.ts'
import { notify } from './notify.ts'

const retryMs = 3_000

interface Closable {
  onClose?: (done: never) => void
  open?: unknown
}

export interface OnDemandOptions<Props> {
  /** Stands there until the code has come; nothing by default. A component of its own: it may use hooks. */
  placeholder?: ComponentType<Props>
  /** `idle` fetches the code when the page has nothing else to do, so that it is there even when the server is away then. */
  fetch?: 'idle' | 'when shown'
}

/**
 * A component whose code is not part of the page. When the code cannot come, because the control center is away, the page
 * stays as it is, where `next/dynamic` would take it down: what can be closed (`onClose`) closes and says so, anything
 * else tries again by itself, at the latest when the connection is back. With an `open` prop it counts as shown while that holds.
 */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { placeholder: Placeholder = () => null, fetch = 'idle' }: OnDemandOptions<Props> = {},
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const get = async () => {
    loaded ??= await load()
    for (const listener of listeners) listener()
  }
  if (typeof window !== 'undefined' && fetch === 'idle') fetchWhenIdle(get)

  return function OnDemand(props: Props) {
    const { onClose, open = true } = props as Closable
    const isWanted = open !== null && open !== false
    // The markup of the server never holds what comes on demand.
    const Loaded = useSyncExternalStore(
      subscribe,
      () => loaded,
      () => null,
    )
    const [tries, setTries] = useState(0)
    const close = useRef(onClose)
    useEffect(() => {
      close.current = onClose
    })
    useEffect(() => {
      if (loaded || !isWanted) return
      return tryToLoad(get, again => {
        if (!close.current) return again(() => setTries(was => was + 1))
        notify.failed(
          'That could not be opened',
          new Error('The control center did not answer. Try again in a moment.'),
        )
        ;(close.current as () => void)()
      })
    }, [tries, isWanted])
    return Loaded ? <Loaded {...props} /> : <Placeholder {...props} />
  }
}

/**
 * Tries once; returns what ends all interest in the outcome. After a failure `again` runs its argument in a while, or as soon as
 * the connection is back.
 */
function tryToLoad(get: () => Promise<void>, onFailed: (again: (run: () => void) => void) => void): () => void {
  const ending = new AbortController()
  const again = (run: () => void) => {
    const timer = setTimeout(run, retryMs)
    const stopWaiting = onConnected(run)
    ending.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      stopWaiting()
    })
  }
  get().catch(() => ending.signal.aborted || onFailed(again))
  return () => ending.abort()
}

/** Fetches in advance; what cannot come now is fetched when the connection is back. */
function fetchWhenIdle(get: () => Promise<void>) {
  whenIdle(() => {
    get().catch(() => {
      const stop = onConnected(() => {
        stop()
        fetchWhenIdle(get)
      })
    })
  })
}

function whenIdle(run: () => void) {
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in window) window.requestIdleCallback(run, { timeout: 5_000 })
  else setTimeout(run, 1_500)
}
