'use client'

import { type CSSProperties, memo, type RefCallback, useCallback } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { type GridLine, useWindowGrid } from '../ui/use-window-grid.ts'
import { BreakerCard } from './breaker-card.tsx'
import { BreakerCell } from './breaker-cell.tsx'
import { breakerKey } from './breaker-order.ts'

/** Widths, gaps and heights in pixels; cards are as high as what they tell. */
const looks = {
  wideGrid: { minPx: 176, gapPx: 4, estimatePx: 28, Item: BreakerCell },
  grid: { minPx: 132, gapPx: 4, estimatePx: 28, Item: BreakerCell },
  cards: { minPx: 272, gapPx: 12, estimatePx: 236, Item: BreakerCard },
} as const

/** Names of so few are not cut short for having more of them in sight. */
const fewBreakers = 100

export interface BreakerGridProps {
  breakers: readonly BreakerView[]
  /** Hundreds at a glance, or each with its figures. */
  view: 'grid' | 'cards'
  onOpen: (key: string) => void
}

/** The breakers in their order, in as many columns as have room; a thousand of them scroll smoothly. */
export function BreakerGrid({ breakers, view, onOpen }: BreakerGridProps) {
  const { Item, ...sizes } = looks[view === 'grid' && breakers.length <= fewBreakers ? 'wideGrid' : view]
  const keyAt = useCallback(
    (index: number) => {
      const breaker = breakers[index]
      return breaker ? breakerKey(breaker) : ''
    },
    [breakers],
  )
  const { body, lines, lineStyle, before, after, measure, scrollTo } = useWindowGrid({
    ...sizes,
    count: breakers.length,
    keyOf: keyAt,
  })
  const { active } = useListKeys({
    count: breakers.length,
    onOpen: index => onOpen(keyAt(index)),
    onMove: scrollTo,
  })
  return (
    <div ref={body} role="list" aria-label="Breakers" style={{ paddingTop: before, paddingBottom: after }}>
      {lines.map(line => (
        <Line
          key={line.index}
          line={line}
          style={lineStyle}
          measure={measure}
          breakers={breakers}
          active={line.cells.includes(active) ? active : -1}
          Item={Item}
          onOpen={onOpen}
        />
      ))}
    </div>
  )
}

interface LineProps {
  line: GridLine
  style: CSSProperties
  measure: RefCallback<HTMLElement>
  breakers: readonly BreakerView[]
  /** The cell under the keyboard cursor; -1 when it is in none of this line. */
  active: number
  Item: typeof BreakerCell | typeof BreakerCard
  onOpen: (key: string) => void
}

/** One line of cells; not drawn anew while the page scrolls. */
const Line = memo(function Line({ line, style, measure, breakers, active, Item, onOpen }: LineProps) {
  return (
    <div ref={measure} data-index={line.index} role="none" style={style}>
      {line.cells.map(cell => {
        const breaker = breakers[cell]
        return breaker ? (
          <div key={breakerKey(breaker)} role="listitem" className="grid min-w-0">
            <Item breaker={breaker} row={cell} isActive={cell === active} onOpen={onOpen} />
          </div>
        ) : null
      })}
    </div>
  )
})
