'use client'

import { useSyncExternalStore } from 'react'

/** How this page is connected to the server. */
export type ConnectionState =
  | { phase: 'connecting' }
  /** `awayMs`: how long it was lost before; 0 for the first connection. */
  | { phase: 'open'; since: number; awayMs: number }
  /**
   * Was open and is not any more. `attempts` counts the tries to come back, `retryAt` is when the next one is made. `isPageRefused` once
   * another page was asked for that cannot be opened meanwhile.
   */
  | { phase: 'lost'; since: number; attempts: number; retryAt: number | null; isPageRefused: boolean }

const listeners = new Set<() => void>()
const initial: ConnectionState = { phase: 'connecting' }
let state: ConnectionState = initial

function set(next: ConnectionState) {
  state = next
  for (const listener of listeners) listener()
}

/** Told by the WebSocket client and by who follows links; the time is epoch milliseconds. */
export const connectionEvents = {
  opened: (now: number): void =>
    set({ phase: 'open', since: now, awayMs: state.phase === 'lost' ? now - state.since : 0 }),
  closed: (now: number): void => {
    if (state.phase !== 'lost') set({ phase: 'lost', since: now, attempts: 0, retryAt: null, isPageRefused: false })
  },
  retrying: (attempts: number, retryAt: number): void => {
    const { since, isPageRefused } = state.phase === 'lost' ? state : { since: Date.now(), isPageRefused: false }
    set({ phase: 'lost', since, attempts, retryAt, isPageRefused })
  },
  pageRefused: (): void => {
    if (state.phase === 'lost') set({ ...state, isPageRefused: true })
  },
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The state now, outside of rendering. */
export const readConnection = (): ConnectionState => state

/** Calls back each time the connection opens, until what it returns is called. */
export function onConnected(run: () => void): () => void {
  return subscribe(() => {
    if (state.phase === 'open') run()
  })
}

/** The state of the WebSocket, kept up to date. */
export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(subscribe, readConnection, () => initial)
}
