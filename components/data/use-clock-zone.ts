'use client'

import { useSyncExternalStore } from 'react'
import type { ClockZone } from '../ui/format.ts'

const storageKey = 'quarterdeck.clock'
const listeners = new Set<() => void>()
/** As it was read last: every time on the screen asks, at each drawing. */
let zone: ClockZone | undefined

function readZone(): ClockZone {
  zone ??= window.localStorage.getItem(storageKey) === 'utc' ? 'utc' : 'local'
  return zone
}

function renew() {
  zone = undefined
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    zone = undefined
    window.addEventListener('storage', renew)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.removeEventListener('storage', renew)
  }
}

/** The zone that times are shown in, as chosen in the account menu; kept in this browser. */
export function useClockZone(): ClockZone {
  return useSyncExternalStore(subscribe, readZone, () => 'utc')
}

/** Chooses the zone for every time on the screen. */
export function setClockZone(chosen: ClockZone): void {
  window.localStorage.setItem(storageKey, chosen)
  renew()
}
