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
const stepPx = 150

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

/**
 * The height that most of the drawn rows have. Were the others reckoned with another, the page would change its height by a little with
 * each row that comes into sight, and all of it be painted anew.
 */
function usualHeight(body: HTMLElement | null): number | undefined {
  const heights = Array.from(body?.querySelectorAll<HTMLElement>('[data-index]') ?? [], row => row.offsetHeight)
  return heights.toSorted((a, b) => a - b)[Math.floor(heights.length / 2)]
}

export interface WindowRowsOptions {
  count: number
  /** Height of most rows in pixels, as far as it is known before they are drawn. */
  estimatePx: number
  /** The same function as long as the rows are the same: with another the places of all are reckoned anew. */
  keyOf: (index: number) => string
  /**
   * With more rows than this only those in sight are drawn. Fewer than a list loads at once: it would otherwise be taken down and drawn
   * anew when its second page arrives.
   */
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
export function useWindowRows({ count, estimatePx, keyOf, virtualFrom = 40 }: WindowRowsOptions): WindowRows {
  const element = useRef<HTMLElement | null>(null)
  const [offset, setOffset] = useState(0)
  const [rowPx, setRowPx] = useState(estimatePx)
  const body = useCallback((node: HTMLElement | null) => {
    element.current = node
  }, [])
  useLayoutEffect(() => {
    let widthPx = 0
    const update = () => {
      if (!element.current) return
      const { top, width } = element.current.getBoundingClientRect()
      setOffset(Math.round(top + window.scrollY))
      const usual = width === widthPx ? undefined : usualHeight(element.current)
      if (usual === undefined) return
      widthPx = width
      setRowPx(usual)
    }
    update()
    const observer = new ResizeObserver(update)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])

  const isVirtual = count > virtualFrom
  const rangeExtractor = useMemo(() => rowsAround(rowPx), [rowPx])
  // Another function when rows are of another height, so that the places of those not drawn yet are reckoned anew.
  // oxlint-disable-next-line react/exhaustive-deps -- the height is what it depends on, though it does not use it
  const getItemKey = useCallback((index: number) => keyOf(index), [keyOf, rowPx])
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which this is about, is not in use
  const rows = useWindowVirtualizer<HTMLElement>({
    count,
    enabled: isVirtual,
    estimateSize: () => rowPx,
    getItemKey,
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
