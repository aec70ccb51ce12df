import { beforeEach, describe, expect, test } from 'vitest'
import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { Finding } from '../../contracts/findings.ts'
import type { SuggestionView } from '../../contracts/suggestions.ts'
import type { Person } from '../shared/signed-in.ts'
import { observedTask } from './testing/observed-task.ts'
import { findingOf, hourMs, moduleId, openStage, type Stage } from './testing/suggestion-stage.ts'

let stage: Stage
let ada: Person

beforeEach(async () => {
  stage = await openStage()
  ada = stage.person('Ada')
})

async function analyze(...findings: Finding[]) {
  stage.found.findings = findings
  const { suggestions, opened } = await stage.service.analyze(stage.operator, { windowHours: 24 })
  return { ids: suggestions.map(({ id }) => id), opened }
}

async function open(finding = findingOf()): Promise<string> {
  const { ids } = await analyze(finding)
  return ids[0]!
}

const get = (id: string): Promise<SuggestionView> => stage.service.get('default', id)
const statusOf = async (id: string) => (await get(id)).state.status
const strategy = () => stage.registry.require('default', moduleId).strategy
/** The duty's turn comes every five seconds. */
const tend = () => stage.clock.advance(6_000)

async function apply(id: string): Promise<void> {
  await stage.service.approve(ada, { id, note: '' })
  await stage.service.apply(ada, { id, note: '' })
}

/** Tasks every half minute from a day before until a day after now, which take longer or shorter from now on. */
function happen(factor: number): void {
  const now = stage.clock.now()
  const day = 24 * hourMs
  for (let offset = -day; offset < day; offset += 30_000) {
    const runMs = (offset > 0 ? factor : 1) * (600 + (Math.abs(offset) % 97))
    stage.outcomes.push(observedTask({ acceptedAt: now + offset, runMs }))
  }
}

test('from a finding to a kept change: opened, approved, applied, judged, taken back, with who did what', async () => {
  const id = await open()
  expect(await get(id)).toMatchObject({
    difference: { subject: 'Balancing of Module text', from: 'power of two', to: 'round robin' },
    obstacle: null,
    adjustedConfidence: 0.8,
  })
  await apply(id)
  expect(strategy()).toBe('round_robin')
  happen(0.9)
  stage.duty.start()
  await stage.clock.advance(24 * hourMs)
  await tend()
  expect((await get(id)).state).toMatchObject({ status: 'judged', verdict: { outcome: 'kept', basis: 'measured' } })
  await stage.service.revert(ada, { id, reason: 'only a trial' })
  expect(strategy()).toBe('power_of_two')
  const { state, history } = await get(id)
  expect(state).toMatchObject({ status: 'reverted', reason: 'only a trial', verdict: { outcome: 'kept' } })
  expect(history.map(({ act, by }) => `${act} by ${by.name}`)).toEqual([
    'opened by Olga',
    'approved by Ada',
    'applied by Ada',
    'judged by Quarterdeck',
    'reverted by Ada',
  ])
})

describe('a change that made things worse', () => {
  let id: string

  beforeEach(async () => {
    id = await open()
    await apply(id)
    happen(1.5)
    stage.duty.start()
    await stage.clock.advance(24 * hourMs)
    await tend()
  })

  const drafts = async () =>
    (await stage.service.list('default', { analyzer: 'verdict', limit: 50 })).items.map(item => [item.id, item.status])

  test('gets a draft of its revert, which nobody applies but people', async () => {
    expect((await get(id)).state).toMatchObject({ status: 'judged', verdict: { outcome: 'worse' } })
    expect(strategy()).toBe('round_robin')
    const [[draft]] = (await drafts()) as [[string]]
    expect(await get(draft)).toMatchObject({
      priority: 'high',
      origin: { kind: 'verdict', suggestionId: id },
      state: { status: 'open' },
      difference: { from: 'round robin', to: 'power of two' },
    })
    await apply(draft)
    expect(strategy()).toBe('power_of_two')
  })

  test('taken back by hand, leaves no draft behind', async () => {
    await stage.service.revert(ada, { id, reason: 'slower' })
    expect((await drafts()).map(([, status]) => status)).toEqual(['rejected'])
  })

  test('lowers what its analyzer is believed, as its prediction did not hold', async () => {
    const next = await open(findingOf({ key: 'another' }))
    const { track, adjustedConfidence } = await get(next)
    expect(track).toEqual({ predictions: 1, held: 0, trust: 9.5 / 11 })
    expect(adjustedConfidence).toBeCloseTo(0.8 * (9.5 / 11 / 0.95), 10)
  })
})

test('what was reported from outside stands over what was measured', async () => {
  const id = await open()
  await expect(
    stage.service.reportOutcome(stage.operator, { id, outcome: 'kept', note: 'early' }),
  ).rejects.toMatchObject({ code: 'SUGGESTION_STATE' })
  await apply(id)
  await stage.service.reportOutcome(stage.operator, { id, outcome: 'worse', note: 'Users complain.' })
  expect((await get(id)).state).toMatchObject({
    status: 'judged',
    verdict: { outcome: 'worse', basis: 'reported', words: 'Users complain.', by: { name: 'Olga' } },
  })
})

test('nothing is approved, applied or taken back by itself, however long one waits and however often it is analyzed', async () => {
  stage = await openStage({ analyzeEveryMs: hourMs })
  const id = await open(findingOf({ priority: 'critical', confidence: 1 }))
  stage.duty.start()
  for (let day = 0; day < 30; day++) await stage.clock.advance(24 * hourMs)
  expect(await statusOf(id)).toBe('open')
  expect(strategy()).toBe('power_of_two')
  expect((await stage.service.stats('default')).lastRun?.by.name).toBe('Quarterdeck')
})

describe('what is found again', () => {
  test('joins the suggestion that lives: one for a key, its evidence the newest', async () => {
    const id = await open()
    const [figure] = findingOf().evidence
    const again = await analyze(findingOf({ evidence: [{ ...figure!, value: 950 }] }))
    expect(again).toEqual({ ids: [id], opened: 0 })
    expect(await get(id)).toMatchObject({ revision: 2, evidence: [{ value: 950 }] })
  })

  test('leaves an approval alone when it asks and promises the same, and voids it, saying why, when it does not', async () => {
    const id = await open()
    await stage.service.approve(ada, { id, note: '' })
    const [figure] = findingOf().evidence
    await analyze(findingOf({ evidence: [{ ...figure!, value: 950 }] }))
    expect(await statusOf(id)).toBe('approved')
    const [effect] = findingOf().expected
    await analyze(findingOf({ expected: [{ ...effect!, to: 880, low: 870, high: 890 }] }))
    expect((await get(id)).state).toMatchObject({
      status: 'voided',
      cause: 'evidence',
      drift: [{ what: 'expected latency mean', approved: '600 ms (500 to 700)', present: '880 ms (870 to 890)' }],
    })
  })

  test('stays quiet for seven days after somebody said no, unless it promises half as much again', async () => {
    const id = await open()
    await stage.service.reject(ada, { id, reason: 'not now' })
    expect(await analyze(findingOf())).toEqual({ ids: [], opened: 0 })
    expect(await analyze(findingOf({ priority: 'high' }))).toEqual({ ids: [id], opened: 1 })
    expect(await statusOf(id)).toBe('open')
    await stage.service.reject(ada, { id, reason: 'still not' })
    expect((await analyze(findingOf({ priority: 'high' }))).opened).toBe(0)
    await stage.clock.advance(7 * 24 * hourMs)
    expect((await analyze(findingOf())).opened).toBe(1)
  })

  test('is ignored while its change is watched', async () => {
    const id = await open()
    await apply(id)
    expect(await analyze(findingOf())).toEqual({ ids: [], opened: 0 })
  })
})

test('an approval runs out by itself and can be given again', async () => {
  stage = await openStage({ approvalMs: hourMs })
  ada = stage.person('Ada')
  const id = await open()
  await stage.service.approve(ada, { id, note: '' })
  stage.duty.start()
  await stage.clock.advance(hourMs + 6_000)
  expect(await statusOf(id)).toBe('expired')
  await apply(id)
  expect(await statusOf(id)).toBe('applied')
})

test('an approval is voided by the duty as well, before anybody tries to apply it, and says what has changed', async () => {
  const id = await open()
  await stage.service.approve(ada, { id, note: '' })
  const { configVersion } = stage.registry.require('default', moduleId)
  await stage.registry.update(stage.operator, { id: moduleId, configVersion, preference: 7 })
  stage.duty.start()
  await tend()
  const record = await stage.store.get('default', id)
  expect(record?.state).toMatchObject({
    status: 'voided',
    cause: 'configuration',
    drift: expect.arrayContaining([{ what: 'preference', approved: '0', present: '7' }]) as unknown,
  })
})

test('an edit elsewhere voids nothing', async () => {
  const { id } = await stage.service.propose(stage.operator, {
    change: { kind: 'type_limit', taskType: 'text.run', limit: 3 },
    reason: 'calmer',
  })
  await stage.service.approve(ada, { id, note: '' })
  const policy = await stage.queue.policy('default')
  const edit = { version: policy.version, priorities: { elsewhere: 2 }, multipliers: {} }
  await stage.queue.setPolicy(stage.operator, edit)
  await stage.service.apply(ada, { id, note: '' })
  expect((await stage.queue.policy('default')).typeLimits).toEqual({ 'text.run': 3 })
  await stage.service.revert(ada, { id, reason: 'too calm' })
  expect((await stage.queue.policy('default')).typeLimits).toEqual({})
})

test.each([
  ['type_pin', { pinnedTo: moduleId }, { pins: { 'text.run': moduleId } }],
  ['type_goal', { goal: 'speed' }, { goals: { 'text.run': 'speed' } }],
  ['exploration_rate', { rate: 0 }, { explorationRate: 0 }],
] as const)('how services are chosen is changed and taken back as by hand: %s', async (kind, value, expected) => {
  const of = kind === 'exploration_rate' ? {} : { taskType: 'text.run' }
  const change = { kind, ...of, ...value } as ConfigurationChange
  const before = stage.choices.of('default')
  const { id } = await stage.service.propose(stage.operator, { change, reason: 'better' })
  await stage.service.approve(ada, { id, note: '' })
  await stage.choices.set(stage.operator, { ...before, goals: { elsewhere: 'cost' } })
  if (kind === 'exploration_rate') {
    expect((await stage.service.get('default', id)).state).toMatchObject({
      status: 'voided',
      drift: [{ what: 'goals' }],
    })
    await stage.service.approve(ada, { id, note: '' })
  }
  await stage.service.apply(ada, { id, note: '' })
  expect(stage.choices.of('default')).toMatchObject(expected)
  await stage.service.revert(ada, { id, reason: 'no better' })
  expect(stage.choices.of('default')).toMatchObject({ ...before, version: 3, goals: { elsewhere: 'cost' } })
})

test('once applied it is said what keeps one click from taking it back: nothing, another edit of the setting, or that it is gone', async () => {
  const { id } = await stage.service.propose(stage.operator, {
    change: { kind: 'module_preference', moduleId, preference: 9 },
    reason: 'better',
  })
  await apply(id)
  const obstacle = async () => (await stage.service.get('default', id)).obstacle
  const edit = (change: { preference?: number; description?: string }) => {
    const { configVersion } = stage.registry.require('default', moduleId)
    return stage.registry.update(stage.operator, { id: moduleId, configVersion, ...change })
  }
  await edit({ description: 'another setting' })
  expect(await obstacle()).toBeNull()
  await edit({ preference: 10 })
  expect(await obstacle()).toMatch(/^The setting has been changed again since it was applied/)
  await stage.registry.disable(stage.operator, { id: moduleId, reason: 'it goes', giveUpAfterMs: null })
  await stage.registry.remove(stage.operator, moduleId, 'it goes')
  expect(await obstacle()).toMatch(/^There is no module/)
})

test('a flag is changed and taken back as by hand', async () => {
  const { id } = await stage.service.propose(stage.operator, {
    change: { kind: 'flag', name: 'cost_based_scheduling', isOn: true },
    reason: 'cheaper',
  })
  ada = stage.person('Ada', 'admin')
  await apply(id)
  expect(stage.flags.isOn('cost_based_scheduling')).toBe(true)
  await stage.service.revert(ada, { id, reason: 'dearer' })
  expect(stage.flags.isOn('cost_based_scheduling')).toBe(false)
})

test('a snoozed suggestion returns by itself', async () => {
  const id = await open()
  await stage.service.snooze(stage.operator, { id, hours: 4, reason: '' })
  stage.duty.start()
  await stage.clock.advance(3 * hourMs)
  expect(await statusOf(id)).toBe('snoozed')
  await stage.clock.advance(hourMs + 6_000)
  expect(await statusOf(id)).toBe('open')
})

describe('bad requests are refused clearly', () => {
  const other = { kind: 'module_preference' as const, moduleId, preference: 9 }
  test.each([
    ['SUGGESTION_NOT_FOUND', () => get('01990000-0000-7000-8000-000000000000')],
    ['MODULE_NOT_FOUND', () => propose({ ...other, moduleId: 'nobody' })],
    ['CHANGE_NOT_APPLICABLE', () => propose({ kind: 'instance_count', moduleId, count: 4 })],
    ['CHANGE_NOT_APPLICABLE', () => propose({ kind: 'module_strategy', moduleId, strategy: 'power_of_two' })],
    ['SUGGESTION_EXISTS', () => propose(other).then(() => propose(other))],
  ] as const)('%s', async (code, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ code })
  })

  test('advice cannot be approved: only people can follow it', async () => {
    const id = await open(findingOf({ act: { kind: 'advice', todo: 'Buy a machine.', change: null } }))
    await expect(stage.service.approve(ada, { id, note: '' })).rejects.toMatchObject({ code: 'CHANGE_NOT_APPLICABLE' })
    await stage.service.reject(ada, { id, reason: 'bought' })
    expect(await statusOf(id)).toBe('rejected')
  })

  test('one analysis at a time', async () => {
    const both = [analyze(findingOf()), analyze(findingOf())]
    const ends = await Promise.allSettled(both)
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

function propose(change: Parameters<Stage['service']['propose']>[1]['change']): Promise<SuggestionView> {
  return stage.service.propose(stage.operator, { change, reason: 'better' })
}

test('the report is Markdown that what others wrote cannot break', async () => {
  await open(findingOf({ title: 'Balance | <b>it</b>\n# now' }))
  const { markdown } = await stage.service.report('default', 30)
  expect(markdown).toContain('| medium | Balance \\| \\<b\\>it\\</b\\> # now | open |')
})

test('a report says when more waits than it names', async () => {
  const report = async () => (await stage.service.report('default', 30)).markdown
  const propose = (preference: number) =>
    stage.service.propose(stage.operator, { change: { kind: 'module_preference', moduleId, preference }, reason: 'x' })
  for (let preference = 1; preference <= 100; preference++) await propose(preference)
  for (let preference = 1; preference <= 100; preference++) await propose(-preference)
  expect(await report()).not.toContain('there are more')
  await stage.service.analyze(stage.operator, { windowHours: 24 })
  expect(await report()).toContain('The 200 most urgent; there are more.')
})
