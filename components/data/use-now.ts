'use client'

import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let current = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    current = Date.now()
    timer = setInterval(tick, 1_000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tick() {
  current = Date.now()
  for (const listener of listeners) listener()
}

/** What `read` makes of the current time, read every second by one timer for the whole page; drawn anew only when that is another. */
export function useNowAs<Value extends string | number | boolean | null>(read: (now: number) => Value): Value {
  return useSyncExternalStore(
    subscribe,
    () => read(current),
    () => read(current),
  )
}

/** The current time in epoch milliseconds, renewed every second. */
export function useNow(): number {
  return useNowAs(now => now)
}
