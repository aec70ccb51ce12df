import { expect, test } from 'vitest'
import { breakerView } from '../overview/testing/views.ts'
import { findStuckBreakers, probeGraceMs } from './stuck-breakers.ts'

const start = Date.UTC(2026, 0, 1)
const at = (ms: number) => new Date(start + ms).toISOString()
const forced = { state: 'open' as const, by: 'Ann', reason: 'outage', at: at(0), expiresAt: null }

test('an open breaker is stuck when its probe is overdue, and not a moment before', () => {
  const open = breakerView({ state: 'open', since: at(0), nextProbeAt: at(60_000) })
  expect(findStuckBreakers([open], start + 60_000 + probeGraceMs)).toEqual([])
  expect(findStuckBreakers([open], start + 60_001 + probeGraceMs)).toEqual([
    { moduleId: 'm', instanceId: 'i', overdueSince: at(60_000), reason: 'it is open and its probe is overdue' },
  ])
})

test('one that is open with no probe planned is stuck, one that an operator holds open is not', () => {
  const open = breakerView({ state: 'open', since: at(0), nextProbeAt: null })
  expect(findStuckBreakers([open], start + 60_000)).toHaveLength(1)
  expect(findStuckBreakers([{ ...open, forced }], start + 60_000)).toEqual([])
})

test('a half-open one is stuck when its probe does not end, not when it waits for a call', () => {
  const waiting = breakerView({ state: 'half_open', since: at(0), probeEndsBy: null })
  expect(findStuckBreakers([waiting], start + 86_400_000)).toEqual([])
  expect(findStuckBreakers([{ ...waiting, probeEndsBy: at(30_000) }], start + 60_000)).toHaveLength(1)
})
