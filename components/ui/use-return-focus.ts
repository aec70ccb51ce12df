'use client'

import { useRef } from 'react'

/**
 * Handlers for the content of an overlay that give the focus back to what had it before. Radix does so only for overlays
 * with a trigger of their own; ours are often opened by a key or from a row.
 */
export function useReturnFocus() {
  const opener = useRef<Element | null>(null)
  return {
    onOpenAutoFocus: (): void => {
      opener.current = document.activeElement
    },
    onCloseAutoFocus: (event: Event): void => {
      if (!(opener.current instanceof HTMLElement) || !opener.current.isConnected) return
      event.preventDefault()
      opener.current.focus()
    },
  }
}
