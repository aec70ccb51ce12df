'use client'

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { useConnectionState } from './connection-state.ts'

/** A hidden tab keeps receiving this long, so that a look elsewhere costs nothing. */
const hiddenGraceMs = 15_000

/** Whether views follow the fleet or hold still. */
export interface Live {
  live: boolean
  /** Who holds it still: the operator by the button, or the browser because the tab is hidden. */
  pausedBy: 'operator' | 'hidden' | null
  pause: () => void
  resume: () => void
  toggle: () => void
}

const LiveContext = createContext<Live | null>(null)

/** Keeps the live/paused choice; pauses by itself while the tab is hidden. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [paused, setPaused] = useState(false)
  const [hidden, setHidden] = useState(false)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const follow = () => {
      clearTimeout(timer)
      if (document.hidden) timer = setTimeout(() => setHidden(true), hiddenGraceMs)
      else setHidden(false)
    }
    document.addEventListener('visibilitychange', follow)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', follow)
    }
  }, [])

  const value = useMemo<Live>(
    () => ({
      live: !paused && !hidden,
      pausedBy: paused ? 'operator' : hidden ? 'hidden' : null,
      pause: () => setPaused(true),
      resume: () => setPaused(false),
      toggle: () => setPaused(was => !was),
    }),
    [paused, hidden],
  )
  return <LiveContext value={value}>{children}</LiveContext>
}

/** Live or paused, and how to change it. */
export function useLive(): Live {
  const value = useContext(LiveContext)
  if (!value) throw new Error('useLive needs a LiveProvider above it')
  return value
}

/** For `refetchInterval`: the interval while live, `false` while paused or cut off; coming back refetches everything. */
export function useLiveInterval(intervalMs: number): number | false {
  const { live } = useLive()
  const { phase } = useConnectionState()
  return live && phase !== 'lost' ? intervalMs : false
}
