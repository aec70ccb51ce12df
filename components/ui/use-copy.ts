'use client'

import { useEffect, useState } from 'react'
import { notify } from './notify.ts'

const shownMs = 1_500

/** Puts text on the clipboard; `copied` for a moment afterwards. Says so where the browser has none to offer, as over plain HTTP. */
export function useCopy(): { copied: boolean; copy: (text: string) => Promise<void> } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      notify.failed(
        'It could not be copied',
        new Error('The browser gives no access to the clipboard: select the text and copy it.'),
      )
    }
  }
  return { copied, copy }
}
