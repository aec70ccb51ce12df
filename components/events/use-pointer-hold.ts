'use client'

import { useEffect, useRef, useState } from 'react'

/** A pointer that rests this long does not mean to click any more. */
const restMs = 8_000

/**
 * Holds a moving list still while a mouse moves over it, so that what somebody aims at stays where it is. Spread
 * `handlers` on the list.
 */
export function usePointerHold() {
  const [isHeld, setHeld] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const release = () => {
    clearTimeout(timer.current)
    setHeld(false)
  }
  const hold = (event: { pointerType: string }) => {
    if (event.pointerType !== 'mouse') return
    clearTimeout(timer.current)
    timer.current = setTimeout(release, restMs)
    setHeld(true)
  }
  return { isHeld, handlers: { onPointerMove: hold, onPointerLeave: release } }
}
