import { beforeEach, describe, expect, test } from 'vitest'
import type { Person } from '../shared/signed-in.ts'
import { observedTask } from './testing/observed-task.ts'
import { findingOf, hourMs, moduleId, openStage, type Stage } from './testing/suggestion-stage.ts'

let stage: Stage
let ada: Person
let id: string

beforeEach(async () => {
  stage = await openStage()
  ada = stage.person('Ada')
  const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
  id = suggestions[0]!.id
})

const get = () => stage.service.get('default', id)
const minuteMs = 60_000

async function apply(): Promise<void> {
  await stage.service.approve(ada, { id, note: '' })
  await stage.service.apply(ada, { id, note: '' })
}

/** Tasks every half minute from a day before until a day after now, which take longer or shorter from now on. */
function happen(factor: number): void {
  const now = stage.clock.now()
  for (let offset = -24 * hourMs; offset < 24 * hourMs; offset += 30_000) {
    const runMs = (offset > 0 ? factor : 1) * (600 + (Math.abs(offset) % 97))
    stage.outcomes.push(observedTask({ acceptedAt: now + offset, runMs }))
  }
}

async function drafts() {
  return (await stage.service.list('default', { analyzer: 'verdict', limit: 50 })).items
}

describe('an outcome that was reported before the time', () => {
  const report = (outcome: 'kept' | 'worse') =>
    stage.service.reportOutcome(stage.operator, { id, outcome, note: 'As users say.' })
  const wait = () => stage.clock.advance(24 * hourMs + 6_000)

  test('stands, and keeps nobody from measuring and from testing the prediction', async () => {
    await apply()
    happen(0.9)
    stage.duty.start()
    await report('worse')
    expect((await get()).track).toMatchObject({ predictions: 0 })
    await wait()
    const { state, track, history } = await get()
    expect(state).toMatchObject({
      status: 'judged',
      verdict: { outcome: 'worse', basis: 'reported', words: 'As users say.', effects: [{ found: 'better' }, {}] },
    })
    expect(track).toMatchObject({ predictions: 1 })
    expect(history.at(-1)).toMatchObject({ act: 'judged', note: expect.stringMatching(/^Measured: Better/) as unknown })
    expect(await drafts()).toHaveLength(1)
  })

  test('hides nothing: what is measured to be worse gets its draft whatever was said', async () => {
    await apply()
    happen(1.5)
    stage.duty.start()
    await report('kept')
    expect(await drafts()).toEqual([])
    await wait()
    expect((await get()).state).toMatchObject({ verdict: { outcome: 'kept', effects: [{ found: 'worse' }, {}] } })
    expect(await drafts()).toMatchObject([{ status: 'open' }])
    await stage.clock.advance(24 * hourMs)
    expect(await drafts()).toHaveLength(1)
  })
})

describe('when the verdict cannot be written', () => {
  beforeEach(async () => {
    await apply()
    happen(1.5)
  })

  test('it is tried again after five minutes, not at every look, and there is one draft in the end', async () => {
    const { store } = stage
    const move = store.move.bind(store)
    let tries = 0
    store.move = async given => {
      if (given.action !== 'suggestion.judged' || ++tries > 1) return move(given)
      throw new Error('the database is away')
    }
    stage.duty.start()
    await stage.clock.advance(24 * hourMs + 4 * minuteMs)
    expect(tries).toBe(1)
    expect((await get()).state.status).toBe('applied')
    await stage.clock.advance(2 * minuteMs)
    expect((await get()).state).toMatchObject({ status: 'judged', verdict: { outcome: 'worse' } })
    expect(await drafts()).toMatchObject([{ status: 'open' }])
  })

  test('since somebody took the change back first, its draft goes as well', async () => {
    const { store } = stage
    const move = store.move.bind(store)
    store.move = async given => {
      if (given.action !== 'suggestion.judged') return move(given)
      store.move = move
      await stage.service.revert(ada, { id, reason: 'slower' })
      return move(given)
    }
    stage.duty.start()
    await stage.clock.advance(24 * hourMs + 6_000)
    expect((await get()).state.status).toBe('reverted')
    expect((await drafts()).map(({ status }) => status)).toEqual(['rejected'])
  })
})

describe('while fewer tasks have ended since than a verdict takes', () => {
  const begin = async (sinceEveryMs: number) => {
    stage = await openStage({ observeMs: hourMs })
    ada = stage.person('Ada')
    const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
    id = suggestions[0]!.id
    await apply()
    const now = stage.clock.now()
    for (let offset = -24 * hourMs; offset < 0; offset += 30_000) {
      stage.outcomes.push(observedTask({ acceptedAt: now + offset, runMs: 1_000 + (Math.abs(offset) % 97) }))
    }
    for (let offset = sinceEveryMs; offset < 8 * hourMs; offset += sinceEveryMs) {
      stage.outcomes.push(observedTask({ acceptedAt: now + offset, runMs: 600 + (offset % 97) }))
    }
    stage.duty.start()
  }

  test('it waits for them: a change of what is rare gets its verdict in the end', async () => {
    await begin(3 * minuteMs)
    await stage.clock.advance(hourMs + 10 * minuteMs)
    expect((await get()).state.status).toBe('applied')
    await stage.clock.advance(2 * hourMs)
    expect((await get()).state).toMatchObject({
      status: 'judged',
      verdict: { outcome: 'kept', effects: [{ measure: 'latency_mean', found: 'better' }, {}] },
    })
  })

  test('it waits seven times as long as is observed at most, and then says that they were too few', async () => {
    await begin(20 * minuteMs)
    await stage.clock.advance(6.5 * hourMs)
    expect((await get()).state.status).toBe('applied')
    await stage.clock.advance(hourMs)
    expect((await get()).state).toMatchObject({
      status: 'judged',
      verdict: {
        outcome: 'inconclusive',
        words: expect.stringMatching(/^Only \d+ tasks ended since; it takes 50/) as unknown,
      },
    })
  })
})

test('an analysis that fails is tried again after ten minutes, and what is due is looked at meanwhile', async () => {
  stage = await openStage({ analyzeEveryMs: hourMs })
  ada = stage.person('Ada')
  const { findings } = stage.ports
  const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
  id = suggestions[0]!.id
  await stage.service.snooze(stage.operator, { id, hours: 1.05, reason: '' })
  let tries = 0
  findings.analyze = async () => {
    tries++
    throw new Error('too much was recorded')
  }
  stage.duty.start()
  await stage.clock.advance(hourMs + 9 * minuteMs)
  expect(tries).toBe(1)
  expect((await get()).state.status).toBe('open')
  await stage.clock.advance(2 * minuteMs)
  expect(tries).toBe(2)
})

test('what voided an approval is named, however long it is, and nothing else', async () => {
  const long = (end: string) => `${'words '.repeat(80)}${end}`
  const edit = (change: { description?: string; preference?: number }) => {
    const { configVersion } = stage.registry.require('default', moduleId)
    return stage.registry.update(stage.operator, { id: moduleId, configVersion, ...change })
  }
  const voidedBy = async (change: Parameters<typeof edit>[0]) => {
    await stage.service.approve(ada, { id, note: '' })
    await edit(change)
    const { state } = await get()
    return state.status === 'voided' ? state.drift.map(({ what }) => what).sort() : state.status
  }
  await edit({ description: long('a') })
  expect(await voidedBy({ preference: 7 })).toEqual(['configuration version', 'preference'])
  expect(await voidedBy({ description: long('b') })).toEqual(['configuration version', 'description'])
})

test('a flag is judged by all tasks of the tenant, whichever module it was found at', async () => {
  const change = { kind: 'flag' as const, name: 'cost_based_scheduling' as const, isOn: true }
  stage.found.findings = [findingOf({ key: 'a flag', act: { kind: 'change', change } })]
  const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
  id = suggestions[0]!.id
  ada = stage.person('Ada', 'admin')
  const read = stage.ports.outcomes.read
  const asked: unknown[] = []
  stage.ports.outcomes.read = window => {
    asked.push(window.types)
    return read(window)
  }
  await apply()
  stage.duty.start()
  await stage.clock.advance(24 * hourMs + 6_000)
  expect((await get()).state.status).toBe('judged')
  expect(asked).toEqual([null, null])
})

test('what was rejected and promises nothing stays quiet while it promises nothing', async () => {
  const [effect] = findingOf().expected
  const nothing = findingOf({ key: 'nothing', expected: [{ ...effect!, to: effect!.from }] })
  stage.found.findings = [nothing]
  const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
  await stage.service.reject(ada, { id: suggestions[0]!.id, reason: 'why?' })
  expect((await stage.service.analyze(stage.operator, { windowHours: 24 })).opened).toBe(0)
  stage.found.findings = [findingOf({ key: 'nothing' })]
  expect((await stage.service.analyze(stage.operator, { windowHours: 24 })).opened).toBe(1)
})

test('however many approvals there are, the configuration of a tenant is read once for all of them', async () => {
  for (const preference of [1, 2, 3]) {
    const change = { kind: 'module_preference' as const, moduleId, preference }
    const proposed = await stage.service.propose(stage.operator, { change, reason: 'faster' })
    await stage.service.approve(ada, { id: proposed.id, note: '' })
  }
  const { desk } = stage
  const snapshot = desk.snapshot.bind(desk)
  let reads = 0
  desk.snapshot = tenantId => {
    reads++
    return snapshot(tenantId)
  }
  stage.duty.start()
  await stage.clock.advance(5_500)
  expect(reads).toBe(1)
  await stage.registry.update(stage.operator, { id: moduleId, configVersion: 1, description: 'another' })
  await stage.clock.advance(5_000)
  expect((await stage.service.stats('default')).byStatus).toMatchObject({ voided: 3, approved: 0 })
})

test('what is undecided about a module that was removed is closed after a minute, and nothing about one that is back by then', async () => {
  const removed = async () => {
    await stage.registry.disable(stage.operator, { id: moduleId, reason: 'it goes', giveUpAfterMs: null })
    await stage.registry.remove(stage.operator, moduleId, 'it goes')
  }
  await stage.service.approve(ada, { id, note: '' })
  stage.duty.start()
  await removed()
  await stage.clock.advance(50_000)
  expect((await get()).state).toMatchObject({ status: 'voided', drift: [{ present: 'removed' }] })
  await stage.register()
  await stage.clock.advance(50_000)
  expect((await get()).state.status).toBe('voided')
  await removed()
  await stage.clock.advance(70_000)
  expect((await get()).state).toMatchObject({
    status: 'rejected',
    by: { kind: 'system' },
    reason: `The module ${moduleId} was removed.`,
  })
})
