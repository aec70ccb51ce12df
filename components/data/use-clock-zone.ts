'use client'

import { useSyncExternalStore } from 'react'
import type { ClockZone } from '../ui/format.ts'

const storageKey = 'quarterdeck.clock'
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** The zone that times are shown in, as chosen in the account menu; kept in this browser. */
export function useClockZone(): ClockZone {
  return useSyncExternalStore(
    subscribe,
    () => (window.localStorage.getItem(storageKey) === 'utc' ? 'utc' : 'local'),
    () => 'utc',
  )
}

/** Chooses the zone for every time on the screen. */
export function setClockZone(zone: ClockZone): void {
  window.localStorage.setItem(storageKey, zone)
  for (const listener of listeners) listener()
}
