'use client'

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type RefCallback, useCallback, useLayoutEffect, useRef, useState } from 'react'

/** The bar over every page and a table's own heading; rows scrolled to stay clear of both. */
const coveredPx = 96

export interface WindowRowsOptions {
  count: number
  /** Height of a row in pixels, as far as it is known before it is drawn. */
  estimatePx: number
  keyOf: (index: number) => string
  /** With more rows than this only those in sight are drawn. */
  virtualFrom?: number
}

/** What a long table that scrolls with the page draws. */
export interface WindowRows {
  /** For the element that holds the rows. */
  body: RefCallback<HTMLElement>
  /** The rows to draw, in order. */
  indexes: readonly number[]
  /** Empty space in pixels above and below them. */
  before: number
  after: number
  /** For each row, together with `data-index`. */
  measure: RefCallback<HTMLElement>
  scrollTo: (index: number) => void
}

/** Draws only the rows in sight of a table that scrolls with the page; a short one is drawn whole. */
export function useWindowRows({ count, estimatePx, keyOf, virtualFrom = 100 }: WindowRowsOptions): WindowRows {
  const element = useRef<HTMLElement | null>(null)
  const [offset, setOffset] = useState(0)
  const body = useCallback((node: HTMLElement | null) => {
    element.current = node
  }, [])
  useLayoutEffect(() => {
    const update = () => {
      const top = element.current?.getBoundingClientRect().top
      if (top !== undefined) setOffset(Math.round(top + window.scrollY))
    }
    update()
    const observer = new ResizeObserver(update)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])

  const isVirtual = count > virtualFrom
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which this is about, is not in use
  const rows = useWindowVirtualizer<HTMLElement>({
    count,
    enabled: isVirtual,
    estimateSize: () => estimatePx,
    getItemKey: keyOf,
    overscan: 8,
    scrollMargin: offset,
    scrollPaddingStart: coveredPx,
    scrollPaddingEnd: coveredPx,
  })
  const items = rows.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  return {
    body,
    indexes: isVirtual ? items.map(item => item.index) : Array.from({ length: count }, (_, index) => index),
    before: isVirtual && first ? first.start - offset : 0,
    after: isVirtual && last ? rows.getTotalSize() - (last.end - offset) : 0,
    measure: rows.measureElement,
    scrollTo: index => {
      if (isVirtual) rows.scrollToIndex(index)
      else document.querySelector(`[data-list-row="${index}"]`)?.scrollIntoView({ block: 'nearest' })
    },
  }
}
