'use client'

import { useRouter } from 'next/navigation'
import { useCallback, useEffect } from 'react'
import { connectionEvents, readConnection } from '../data/connection-state.ts'

const patienceMs = 3_000

/** The WebSocket alone may be what is cut off, so the server is asked before anybody is kept from a page. */
async function isReachable(): Promise<boolean> {
  const asked = fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) })
  return asked.then(
    answer => answer.ok,
    () => false,
  )
}

/**
 * Goes to another page. While the control center is away it stays on this one, and the banner says so: a browser that goes would end on its
 * own error page, and what was to be seen here would be gone.
 */
export function useGo(): (href: string) => void {
  const router = useRouter()
  return useCallback(
    async (href: string) => {
      if (readConnection().phase !== 'lost' || (await isReachable())) return router.push(href)
      connectionEvents.pageRefused()
    },
    [router],
  )
}

/** Holds every link of the page to what `useGo` does; used once, by the shell. */
export function useLinkGuard(): void {
  const go = useGo()
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      if (readConnection().phase !== 'lost' || event.button !== 0) return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (!link || link.origin !== window.location.origin || link.target !== '' || link.hash !== '') return
      event.preventDefault()
      go(link.pathname + link.search)
    }
    document.addEventListener('click', follow, true)
    return () => document.removeEventListener('click', follow, true)
  }, [go])
}
