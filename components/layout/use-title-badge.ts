'use client'

import { useEffect } from 'react'

const prefix = /^\(\d+\) /

/** Puts a figure before the title of the document, whatever page sets it, so that a tab in the background tells of alerts too. */
export function useTitleBadge(count: number): void {
  useEffect(() => {
    const mark = () => {
      const wanted = `${count > 0 ? `(${count}) ` : ''}${document.title.replace(prefix, '')}`
      if (document.title !== wanted) document.title = wanted
    }
    mark()
    const observer = new MutationObserver(mark)
    observer.observe(document.head, { childList: true, characterData: true, subtree: true })
    return () => observer.disconnect()
  }, [count])
}
