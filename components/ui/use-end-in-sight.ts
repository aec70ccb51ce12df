'use client'

import { useEffect, useRef } from 'react'
import { useStable } from './use-stable.ts'

/** Calls back whenever the element with the returned ref comes near the screen. */
export function useEndInSight(onReach: () => void) {
  const element = useRef<HTMLDivElement>(null)
  const reach = useStable(onReach)
  useEffect(() => {
    if (!element.current) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && reach(), { rootMargin: '400px' })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [reach])
  return element
}
