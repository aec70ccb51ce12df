import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { ExpectedEffect } from '../../contracts/findings.ts'
import type { RecordedBreakerChange } from '../analysis/fleet-evidence.ts'
import { moduleRecord } from '../registry/testing/builders.ts'
import { snapshotOf } from '../simulator/testing/synthetic-history.ts'
import { observeSides } from './observe-sides.ts'
import type { OutcomeReader } from './suggestion-ports.ts'
import { observedTask } from './testing/observed-task.ts'
import { judge } from './verdict/judge.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const appliedAt = Date.UTC(2026, 10, 18)
const by = { kind: 'system' as const, id: 'system', name: 'Quarterdeck' }
const now = appliedAt + 24 * hourMs

function ports(reader: Partial<OutcomeReader>) {
  const outcomes: OutcomeReader = {
    read: async () => ({ tasks: [], share: 1 }),
    readBreakerChanges: async () => [],
    ...reader,
  }
  const desk = { snapshot: async () => snapshotOf(moduleRecord('text')), change: () => Promise.reject(new Error()) }
  return { outcomes, desk, typesOf: () => ['busy', 'rare'], clock: new FakeClock(now) }
}

const promise = (edit: Partial<ExpectedEffect>): ExpectedEffect => ({
  measure: 'latency_mean',
  unit: 'ms',
  from: 1_000,
  to: 500,
  low: 400,
  high: 600,
  better: 'lower',
  ...edit,
})

function observe(change: ConfigurationChange, expected: readonly ExpectedEffect[], reader: Partial<OutcomeReader>) {
  const at = new Date(appliedAt).toISOString()
  const judgeAt = new Date(now).toISOString()
  const difference = { subject: '', from: '', to: '' }
  const application = { at, by, change, inverse: change, difference, judgeAt }
  const record = {
    tenantId: 'default',
    subject: { kind: 'module' as const, id: 'text', name: 'Text' },
    expected: [...expected],
  }
  return observeSides(record, application as Parameters<typeof observeSides>[1], ports(reader))
}

test('of a rare type that something was promised for all tasks are read, and the verdict measures it, where a sample of all had hardly one', async () => {
  const spread = (type: string, count: number, from: number, hours: number, runMs: number) =>
    Array.from({ length: count }, (_, place) =>
      observedTask({ type, acceptedAt: from + ((place + 0.5) / count) * hours * hourMs, runMs: runMs + (place % 7) }),
    )
  const expected = [promise({ of: { kind: 'type', id: 'rare', name: 'rare' } })]
  const asked: unknown[] = []
  const change: ConfigurationChange = { kind: 'module_strategy', moduleId: 'text', strategy: 'round_robin' }
  const { before, after } = await observe(change, expected, {
    read: async ({ types, from }) => {
      asked.push(types)
      const isBefore = from < appliedAt
      const [hours, runMs] = isBefore ? [168, 1_000] : [24, 500]
      if (types?.length === 1) return { tasks: spread('rare', isBefore ? 600 : 90, from, hours, runMs), share: 1 }
      return {
        tasks: [...spread('busy', 4_998, from, hours, 100), ...spread('rare', 2, from, hours, runMs)],
        share: 0.01,
      }
    },
  })
  expect(asked).toEqual([['busy', 'rare'], ['busy', 'rare'], ['rare'], ['rare']])
  const { effects, outcome } = judge({ before, after, expected, now, by })
  expect(effects[0]).toMatchObject({
    of: { id: 'rare' },
    samplesAfter: 90,
    found: 'better',
    predicted: { isHeld: true },
  })
  expect(effects.slice(1).map(({ measure, of }) => [measure, of])).toEqual([
    ['latency_mean', undefined],
    ['failure_share', undefined],
  ])
  expect(outcome).toBe('kept')
})

test('what was promised of the time that breakers are open is told of their changes, minute by minute', async () => {
  const { breaker } = moduleRecord('text')
  const change: ConfigurationChange = { kind: 'module_breaker', moduleId: 'text', breaker }
  const expected = [
    promise({ measure: 'wrongly_open_share', unit: 'share', from: 0.02, to: 0.001, low: 0, high: 0.004 }),
  ]
  const openings = (from: number, hours: number, everyMs: number): RecordedBreakerChange[] =>
    Array.from({ length: Math.floor((hours * hourMs) / everyMs) }, (_, place) => {
      const common = { moduleId: 'text', instanceId: 'a', replicaId: 'r' }
      const at = from + place * everyMs + 90_000
      return [
        { ...common, at, from: 'closed' as const, to: 'open' as const, reason: '5 failures in a row' },
        { ...common, at: at + minuteMs, from: 'open' as const, to: 'half_open' as const, reason: 'time to probe' },
        { ...common, at: at + minuteMs + 500, from: 'half_open' as const, to: 'closed' as const, reason: 'probed' },
      ]
    }).flat()
  const { before, after } = await observe(change, expected, {
    read: async ({ from }) => {
      const hours = from < appliedAt ? 168 : 24
      const tasks = Array.from({ length: 1_000 }, (_, place) =>
        observedTask({ type: 'busy', acceptedAt: from + ((place + 0.5) / 1_000) * hours * hourMs, runMs: 100 }),
      )
      return { tasks, share: 1 }
    },
    readBreakerChanges: async ({ from }) =>
      from < appliedAt ? openings(from, 167, hourMs) : openings(from, 23, 12 * hourMs),
  })
  const { effects, outcome, words } = judge({ before, after, expected, now, by })
  expect(effects[0]).toMatchObject({
    measure: 'wrongly_open_share',
    found: 'better',
    predicted: { isHeld: true },
  })
  expect(effects[0]?.before).toBeCloseTo(60.5 / 3_600, 3)
  expect(effects[0]?.samplesAfter).toBeGreaterThan(1_400)
  expect(outcome).toBe('kept')
  expect(words).not.toMatch(/not measured/)
})
