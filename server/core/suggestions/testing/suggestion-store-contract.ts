import { describe, expect, test } from 'vitest'
import type { Application, Verdict } from '../../../contracts/suggestions.ts'
import { ann } from '../../registry/testing/builders.ts'
import type { CompanionMove } from '../../shared/companion.ts'
import type { KeptState, SuggestionRecord } from '../suggestion-record.ts'
import type { SuggestionStore } from '../suggestion-store.ts'
import { findingOf } from './suggestion-stage.ts'

const at = '2026-11-20T12:00:00.000Z'
const later = '2026-11-20T13:00:00.000Z'
const audit = { by: ann, action: 'suggestion.opened' as const, reason: null, details: {} }

let made = 0

/** A record with an id after those of all made before. */
export function recordOf(edit: Partial<SuggestionRecord> = {}): SuggestionRecord {
  const { analyzer, analyzerVersion: version, key, ...content } = findingOf()
  made++
  return {
    tenantId: 'default',
    id: `01990000-0000-7000-8000-${made.toString().padStart(12, '0')}`,
    revision: 1,
    key: `${key}/${made}`,
    origin: { kind: 'analyzer', analyzer, version },
    state: { status: 'open' },
    ...content,
    simulationId: null,
    history: [],
    createdAt: at,
    seenAt: at,
    updatedAt: at,
    dueAt: null,
    ...edit,
  }
}

export function moveOf(record: SuggestionRecord, edit: Partial<SuggestionRecord>): CompanionMove {
  const { tenantId, id: suggestionId, revision } = record
  const next = { ...record, ...edit, revision: revision + 1 }
  return {
    tenantId,
    suggestionId,
    revision,
    record: next,
    by: ann,
    action: 'suggestion.refreshed',
    reason: 'why',
    details: {},
  }
}

const rejected = {
  status: 'rejected' as const,
  by: { kind: 'person' as const, id: 'person-1', name: 'Ann' },
  at,
  reason: 'no',
  quietUntil: later,
  strength: 1,
} satisfies KeptState

const change = { kind: 'module_preference' as const, moduleId: 'text', preference: 1 }
const application: Application = {
  by: rejected.by,
  at,
  change,
  difference: { subject: 'Preference', from: '0', to: '1' },
  inverse: { ...change, preference: 0 },
  judgeAt: later,
}

/** A verdict with one measure for each prediction: whether it held, or null where nothing was predicted. */
function verdictOf(held: (boolean | null)[]): Verdict {
  return {
    outcome: 'kept',
    at,
    basis: 'measured',
    by: rejected.by,
    words: '',
    points: [],
    windows: null,
    matchedShare: 1,
    readShares: null,
    effects: held.map(isHeld => ({
      measure: 'latency_mean',
      unit: 'ms',
      before: 2,
      after: 1,
      low: -2,
      high: 0,
      better: 'lower',
      samplesBefore: 100,
      samplesAfter: 100,
      found: 'better',
      predicted: isHeld === null ? null : { low: 0, high: 1, isHeld },
    })),
  }
}

/** What every suggestion store promises. `open` gives an empty one. */
export function describeSuggestionStore(subject: string, open: () => Promise<SuggestionStore>): void {
  describe(`${subject} keeps what every suggestion store promises`, () => {
    test('gives back what was kept, to its own tenant alone', async () => {
      const store = await open()
      const record = recordOf()
      expect(await store.create(record, audit)).toBe(true)
      expect(await store.get('default', record.id)).toEqual(record)
      expect(await store.get('other', record.id)).toBeNull()
      expect(await store.newestOf('other', record.key)).toBeNull()
      expect((await store.list('other', { limit: 50 })).items).toEqual([])
    })

    test('lets one living suggestion have a key, also when several are opened at once', async () => {
      const store = await open()
      const records = Array.from({ length: 8 }, () => recordOf({ key: 'the same' }))
      const made = await Promise.all(records.map(record => store.create(record, audit)))
      expect(made.filter(Boolean)).toHaveLength(1)
      const first = records[made.indexOf(true)]!
      expect(await store.move(moveOf(first, { state: rejected }))).toBe(true)
      const next = recordOf({ key: 'the same' })
      expect(await store.create(next, audit)).toBe(true)
      expect(await store.newestOf('default', 'the same')).toEqual(next)
      const elsewhere = recordOf({ key: 'the same', tenantId: 'default' })
      expect(await store.create(elsewhere, audit)).toBe(false)
    })

    test('moves a record from the revision that was decided on, once of many at once', async () => {
      const store = await open()
      const record = recordOf()
      await store.create(record, audit)
      const moves = Array.from({ length: 8 }, (_, number) => moveOf(record, { title: `by ${number}` }))
      const moved = await Promise.all(moves.map(move => store.move(move)))
      expect(moved.filter(Boolean)).toHaveLength(1)
      expect(await store.get('default', record.id)).toEqual(moves[moved.indexOf(true)]!.record)
      expect(await store.move({ ...moveOf(record, {}), tenantId: 'other' })).toBe(false)
    })

    test('lists the most urgent first, then the newest, page by page, as asked for', async () => {
      const store = await open()
      const low = recordOf({ priority: 'low' })
      const critical = recordOf({ priority: 'critical' })
      const older = recordOf()
      const newer = recordOf({ origin: { kind: 'proposal', by: rejected.by, reason: 'x' } })
      const closed = recordOf({ state: rejected })
      for (const record of [low, critical, older, newer, closed]) await store.create(record, audit)
      const ids = async (filter: Partial<Parameters<SuggestionStore['list']>[1]>) =>
        (await store.list('default', { limit: 50, ...filter })).items.map(({ id }) => id)
      expect(await ids({ status: ['open'] })).toEqual([critical.id, newer.id, older.id, low.id])
      expect(await ids({ priority: ['low', 'critical'] })).toEqual([critical.id, low.id])
      expect(await ids({ analyzer: 'person' })).toEqual([newer.id])
      const first = await store.list('default', { limit: 2, status: ['open'] })
      expect(first.nextCursor).toBe(newer.id)
      expect(await ids({ status: ['open'], cursor: newer.id })).toEqual([older.id, low.id])
      expect(await store.countWaiting('default')).toBe(4)
      expect(await store.counts('default')).toMatchObject({
        byStatus: { open: 4, rejected: 1 },
        byAnalyzer: { balancing: 3, person: 1 },
      })
    })

    test('names what is due, what is approved and what was judged', async () => {
      const store = await open()
      const snoozed = recordOf({ state: { status: 'snoozed', until: later, by: rejected.by }, dueAt: later })
      await store.create(snoozed, audit)
      await store.create(recordOf(), audit)
      expect(await store.due(Date.parse(later) - 1)).toEqual([])
      expect((await store.due(Date.parse(later))).map(({ id }) => id)).toEqual([snoozed.id])
      expect(await store.approved()).toEqual([])
      expect(await store.judged('default', at)).toEqual([])
    })

    test('names the modules that something undecided is about, by its subject or its change, each once', async () => {
      const store = await open()
      expect(await store.undecidedModules()).toEqual([])
      const type = { kind: 'type' as const, id: 'read', name: 'read' }
      const of = (moduleId: string) => ({ kind: 'change' as const, change: { ...change, moduleId } })
      await store.create(recordOf({ subject: { kind: 'module', id: 'decided', name: 'D' }, state: rejected }), audit)
      await store.create(recordOf({ subject: { kind: 'instance', id: 'text/a', name: 'a' } }), audit)
      await store.create(recordOf({ subject: { kind: 'module', id: 'text', name: 'Text' } }), audit)
      const reserve = recordOf({ subject: type, act: of('reserve') })
      await store.create(reserve, audit)
      await store.create(recordOf({ subject: type, act: { kind: 'advice', todo: 'look', change: null } }), audit)
      const modules = (await store.undecidedModules()).map(({ tenantId, moduleId }) => `${tenantId} ${moduleId}`)
      expect(modules.sort()).toEqual(['default reserve', 'default text'])
      const listed = await store.list('default', { moduleId: 'reserve', limit: 50 })
      expect(listed.items.map(({ id }) => id)).toEqual([reserve.id])
    })

    test('sums by analyzer what was tested of predictions, also of what was taken back, whoever judged it', async () => {
      const store = await open()
      const judge = async (analyzer: string, held: (boolean | null)[], edit: Partial<SuggestionRecord> = {}) => {
        const state = { status: 'judged' as const, application, verdict: verdictOf(held) }
        await store.create(recordOf({ origin: { kind: 'analyzer', analyzer, version: 1 }, state, ...edit }), audit)
      }
      await judge('capacity', [true, false, null])
      await judge('capacity', [true])
      await judge('balancing', [false], {
        state: { status: 'reverted', application, verdict: verdictOf([false]), by: rejected.by, at, reason: 'no' },
      })
      await judge('never-tested', [null])
      await judge('long-ago', [true], { updatedAt: '2026-11-19T12:00:00.000Z' })
      await judge('capacity', [true], { origin: { kind: 'proposal', by: rejected.by, reason: 'x' } })
      await judge('capacity', [true], {
        state: { status: 'reverted', application, verdict: null, by: rejected.by, at, reason: 'too soon' },
      })
      await judge('capacity', [], {
        state: { status: 'judged', application, verdict: { ...verdictOf([true]), basis: 'reported' } },
      })
      expect(await store.testedPredictions('default', at)).toEqual([
        { analyzer: 'balancing', predictions: 1, held: 0 },
        { analyzer: 'capacity', predictions: 4, held: 3 },
      ])
      expect(await store.testedPredictions('other', at)).toEqual([])
    })

    test('keeps the last analysis of each tenant', async () => {
      const store = await open()
      const run = { at, by: rejected.by, windowHours: 24, tasks: 5, findings: 1, opened: 1, skipped: [] }
      expect(await store.lastRun('default')).toBeNull()
      await store.saveRun('default', run)
      await store.saveRun('default', { ...run, tasks: 6 })
      expect(await store.lastRun('default')).toEqual({ ...run, tasks: 6 })
      expect(await store.lastRun('other')).toBeNull()
    })
  })
}
