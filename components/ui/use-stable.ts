'use client'

import { useCallback, useEffect, useRef } from 'react'

/** The newest of a function under one identity, so that rows are not drawn anew for it. */
export function useStable<Arguments extends unknown[]>(
  run: (...given: Arguments) => void,
): (...given: Arguments) => void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  return useCallback((...given: Arguments) => latest.current(...given), [])
}
