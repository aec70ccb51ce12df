'use client'

import { type Range, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type RefCallback, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'

/** The bar over every page and a table's own heading; rows scrolled to stay clear of both. */
const coveredPx = 96

/** Rows are drawn so far beyond what is in sight, at least. */
const overscanPx = 280
/**
 * Rows come and go by the height of so much at once. One by one the table would change in every frame of a scroll, and be laid out,
 * painted and rastered in each; so most frames only move what is there.
 */
const stepPx = 380

/** Whole steps of rows around those in sight. */
function rowsAround(estimatePx: number): (range: Range) => number[] {
  const overscan = Math.ceil(overscanPx / estimatePx)
  const step = Math.max(1, Math.round(stepPx / estimatePx))
  return ({ startIndex, endIndex, count }) => {
    const first = Math.max(0, Math.floor((startIndex - overscan) / step) * step)
    const end = Math.min(count, Math.ceil((endIndex + 1 + overscan) / step) * step)
    return Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place)
  }
}

export interface WindowRowsOptions {
  count: number
  /** Height of a row in pixels, as far as it is known before it is drawn. */
  estimatePx: number
  /** The same function as long as the rows are the same: with another the places of all are reckoned anew. */
  keyOf: (index: number) => string
  /** With more rows than this only those in sight are drawn. */
  virtualFrom?: number
}

/** What a long table that scrolls with the page draws. */
export interface WindowRows {
  /** For the element that holds the rows. */
  body: RefCallback<HTMLElement>
  /** The rows to draw, in order; the same array as long as they are the same. */
  indexes: readonly number[]
  /** Empty space in pixels above and below them. */
  before: number
  after: number
  /** For each row, together with `windowRowProps`. */
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
  const rangeExtractor = useMemo(() => rowsAround(estimatePx), [estimatePx])
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which this is about, is not in use
  const rows = useWindowVirtualizer<HTMLElement>({
    count,
    enabled: isVirtual,
    estimateSize: () => estimatePx,
    getItemKey: keyOf,
    rangeExtractor,
    scrollMargin: offset,
    scrollPaddingStart: coveredPx,
    scrollPaddingEnd: coveredPx,
  })
  const items = rows.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  const [from, to] = isVirtual ? [first?.index ?? 0, last?.index ?? -1] : [0, count - 1]
  const indexes = useMemo(() => Array.from({ length: to - from + 1 }, (_, place) => from + place), [from, to])
  return {
    body,
    indexes,
    before: isVirtual && first ? first.start - offset : 0,
    after: isVirtual && last ? rows.getTotalSize() - (last.end - offset) : 0,
    measure: rows.measureElement,
    scrollTo: index => {
      if (isVirtual) rows.scrollToIndex(index)
      else document.querySelector(`[data-list-row="${index}"]`)?.scrollIntoView({ block: 'nearest' })
    },
  }
}
