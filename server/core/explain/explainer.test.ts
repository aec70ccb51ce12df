import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildInstance, buildModule } from '#server/testing/fake-fleet.ts'
import { attempt, leaseEnd, succeeded } from '#server/testing/task-builders.ts'
import type { AttemptView } from '../../contracts/tasks.ts'
import type { ClaimedTask, NewTask } from '../queue/task-store.ts'
import { systemPrincipal } from '../shared/principal.ts'
import { ExplainStage, inMs, kindsOf } from './testing/explain-stage.ts'

const second = 1_000

/** Claims a task of the stage's only lane. */
async function claim(stage: ExplainStage, task: NewTask): Promise<ClaimedTask> {
  const [held] = await stage.store.claim([{ laneId: task.laneId, slots: 1 }], 1, 'here')
  if (!held) throw new Error('nothing was claimed')
  return held
}

describe('a task that nothing holds', () => {
  test('is next, and starts now', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const task = await stage.submit()
    expect(await stage.explain(task)).toEqual({
      id: task.id,
      status: 'ready',
      headline: 'It is next: m has room, and it starts within moments',
      constraints: [],
      eta: { at: new Date(stage.clock.now()).toISOString(), basis: 'nothing holds it any more' },
    })
  })
})

describe('time', () => {
  test('a start time that has not come is a constraint until then, beside what else holds it', async () => {
    const stage = new ExplainStage(buildModule('m', { enabled: false }))
    const task = await stage.submit({ runAt: stage.clock.now() + 90 * second })
    const explanation = await stage.explain(task)
    expect(kindsOf(explanation)).toEqual(['module_disabled', 'not_before'])
    expect(explanation.constraints[1]?.etaMs).toBe(90 * second)
    stage.fleet.put(buildModule('m'))
    const later = await stage.explain(task)
    expect(later.headline).toBe('Its start time has not come; expected to start in about 90 s')
    expect(inMs(stage, later.eta?.at)).toBe(90 * second)
  })

  test('a back-off names the attempt that failed and why', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const task = await stage.submit()
    const failed = { ...attempt(1, 'failed'), moduleId: 'm', error: { code: 'HTTP_502', message: 'bad gateway' } }
    const end = leaseEnd(await claim(stage, task), { kind: 'wait', delayMs: 8 * second, reason: 'retry' }, [failed])
    await stage.store.finish([end])
    await stage.clock.advance(3 * second)
    stage.upkeep.lastHeartbeatAt = stage.clock.now()
    expect((await stage.explain(task)).constraints).toMatchObject([
      { kind: 'back_off', evidence: 'Attempt 1 of 4 failed on m: HTTP_502, bad gateway', etaMs: 5 * second },
    ])
  })

  test('a task that depends on others names those that have not ended, and where to look', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const parent = await stage.submit()
    const child = await stage.submit({ dependsOn: [parent.id] })
    const explanation = await stage.explain(child)
    const tail = parent.id.slice(-6)
    expect(explanation).toMatchObject({
      status: 'blocked',
      headline: '1 of 1 tasks it depends on has not ended',
      constraints: [
        {
          kind: 'parents',
          evidence: `task …${tail} is ready`,
          unblock: [{ text: `See why task …${tail} has not ended`, href: `/tasks/${parent.id}` }],
        },
      ],
      eta: { at: null },
    })
    await stage.store.finish([leaseEnd(await claim(stage, parent), succeeded('1'), [attempt(1, 'succeeded')])])
    expect(kindsOf(await stage.explain(child))).toEqual([])
  })

  test('a start that is expected after its deadline says that it will expire', async () => {
    const stage = new ExplainStage(buildModule('m'))
    stage.openBreaker('m-1', { nextProbeAt: new Date(stage.clock.now() + 50 * second).toISOString() })
    const task = await stage.submit({ deadline: stage.clock.now() + 20 * second })
    expect((await stage.explain(task)).eta?.basis).toMatch(/its deadline passes before that, so it will expire$/)
  })
})

describe('the queue', () => {
  test('tasks that go first are counted over all types that share its modules, with the rate at which they go', async () => {
    const capabilities = ['work', 'also'].map(type => ({ type, inputSchema: null, outputSchema: null }))
    const stage = new ExplainStage(buildModule('m', { capabilities }))
    for (let n = 0; n < 30; n++) await stage.submit({ type: n % 3 === 0 ? 'also' : 'work' })
    await stage.submit({ type: 'unrelated' })
    const task = await stage.submit()
    await stage.clock.advance(10 * second)
    stage.upkeep.lastHeartbeatAt = stage.clock.now()
    expect((await stage.explain(task)).eta).toEqual({
      at: null,
      basis: 'unknown, because nobody can say for how long: 30 tasks go first',
    })
    for (let n = 0; n < 60; n++) stage.pace.observe('default', n % 2 ? 'work' : 'also', stage.clock.now() - n * 200)
    const explanation = await stage.explain(task)
    expect(explanation.constraints).toMatchObject([{ kind: 'behind_others', title: '30 tasks go first' }])
    expect(explanation.constraints[0]?.evidence).toMatch(/a second were started in the last minute$/)
    expect(explanation.constraints[0]?.etaMs).toBeLessThan(30 * second)
    expect(explanation.headline).toMatch(/^30 tasks go first; expected to start in about/)
  })

  test('without a measured rate the estimate goes by slots and learned durations', async () => {
    const stage = new ExplainStage(buildModule('m'))
    stage.learn('m', second)
    for (let n = 0; n < 40; n++) await stage.submit()
    const task = await stage.submit()
    // Ten slots, a second each.
    expect((await stage.explain(task)).constraints[0]?.etaMs).toBe(4 * second)
  })

  test('limits of the policy and a full replica are told with their figures', async () => {
    const stage = new ExplainStage(buildModule('m'))
    stage.policy = { ...stage.policy, typeLimits: { work: 3 }, tenantLimit: 9 }
    Object.assign(stage.workers, { running: 256, holds: { tenant: 9, type: 3 } })
    const { constraints } = await stage.explain(await stage.submit())
    expect(constraints.map(({ kind, evidence }) => [kind, evidence])).toEqual([
      ['type_limit', '3 run here, 3 allowed by the queue policy'],
      ['tenant_limit', '9 run here, 9 allowed by the queue policy'],
      ['replica_full', '256 of 256 calls in flight on this replica'],
    ])
  })

  test('a budget that allows no call is told with what is left', async () => {
    const stage = new ExplainStage(buildModule('m', { costPerHourUsd: 36 }))
    stage.learn('m', second)
    const enough = await stage.submit({ costBudgetUsd: 0.01 })
    expect(kindsOf(await stage.explain(enough))).toEqual([])
    const tight = await stage.submit({ costBudgetUsd: 0.009 })
    expect((await stage.explain(tight)).constraints[0]).toMatchObject({
      kind: 'budget',
      evidence: '$0 of $0.009 is spent, and every module is expected to cost more than is left',
    })
  })

  test('a database that takes no heartbeat holds everything', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const task = await stage.submit()
    stage.upkeep.lastHeartbeatAt = stage.clock.now() - 7 * second
    expect((await stage.explain(task)).constraints).toMatchObject([{ kind: 'database', etaMs: null }])
  })
})

describe('a task that does not wait', () => {
  test('a running one says where, for how long, and how much longer by what was learned', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const task = await stage.submit()
    await claim(stage, task)
    const at = new Date(stage.clock.now()).toISOString()
    const current: AttemptView = {
      ...{ number: 1, moduleId: 'm', instanceId: 'm-1', outcome: 'running', error: null, decision: null, costUsd: 0 },
      ...{ enqueuedAt: at, claimedAt: at, dispatchedAt: at, endedAt: null },
    }
    await stage.clock.advance(2 * second)
    expect(await stage.explain(task, current)).toMatchObject({
      headline: 'Runs on m (m-1) for 2 s; attempt 1 of 4',
      eta: { at: null, basis: 'unknown, because m has no history for this type; it is aborted after 30 s' },
    })
    stage.learn('m', 5 * second)
    const known = await stage.explain(task, current)
    expect(inMs(stage, known.eta?.at)).toBe(3 * second)
    await stage.clock.advance(10 * second)
    expect((await stage.explain(task, current)).eta).toEqual({
      at: null,
      basis: 'longer than the 5 s it takes on average; it is aborted after 30 s',
    })
  })

  test('an ended one says why it ended', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const good = await stage.submit()
    await stage.store.finish([leaseEnd(await claim(stage, good), succeeded('1'), [attempt(1, 'succeeded')])])
    expect(await stage.explain(good)).toMatchObject({ headline: 'Succeeded on m after 1 attempt', eta: null })
    const bad = await stage.submit()
    const error = { code: 'BUDGET_EXCEEDED', message: 'Too dear.' }
    const end = { kind: 'end', status: 'failed', result: null, error, reason: 'BUDGET_EXCEEDED' } as const
    await stage.store.finish([leaseEnd(await claim(stage, bad), end)])
    expect((await stage.explain(bad)).headline).toBe(
      'Failed after 0 attempts: BUDGET_EXCEEDED, Too dear (its budget was used up)',
    )
    const gone = await stage.submit()
    await stage.store.cancel(systemPrincipal('default'), gone.id, 'not needed.')
    expect((await stage.explain(gone)).headline).toBe('Cancelled: not needed')
  })
})

test('whatever holds it: a waiting task has an estimate or the reason why there is none, and what lasts longest comes first', async () => {
  const state = fc.constantFrom('open', 'disabled', 'down', 'full', 'breaker', 'none')
  await fc.assert(
    fc.asyncProperty(fc.array(state, { maxLength: 4 }), fc.nat(3), fc.boolean(), async (states, before, knows) => {
      const stage = new ExplainStage(
        ...states.map((each, index) =>
          buildModule(`m${index}`, {
            enabled: each !== 'disabled',
            instances: each === 'none' ? [] : [buildInstance(`m${index}-1`, { capacity: 1 })],
          }),
        ),
      )
      for (const [index, each] of states.entries()) {
        if (knows) stage.learn(`m${index}`, 100)
        if (each === 'down') stage.fleet.setHealth(`m${index}-1`, 'unhealthy')
        if (each === 'full') stage.occupy(`m${index}`, `m${index}-1`, 1)
        if (each === 'breaker') {
          stage.openBreaker(`m${index}-1`, { nextProbeAt: new Date(stage.clock.now() + 1_000).toISOString() })
        }
      }
      for (let n = 0; n < before; n++) await stage.submit()
      const { constraints, eta, headline } = await stage.explain(await stage.submit())
      const lasts = constraints.map(({ etaMs }) => etaMs ?? Number.POSITIVE_INFINITY)
      expect(lasts).toEqual(lasts.toSorted((a, b) => b - a))
      expect(headline).not.toBe('')
      expect(eta?.basis).not.toBe('')
      if (eta?.at === null) expect(eta.basis).toMatch(/^unknown, because/)
      else expect(Date.parse(eta?.at ?? '')).toBeGreaterThanOrEqual(stage.clock.now())
      for (const constraint of constraints) expect(constraint.unblock.length).toBeGreaterThan(0)
      const canRun = states.includes('open')
      expect(constraints.some(({ kind }) => kind !== 'behind_others')).toBe(!canRun)
    }),
    { numRuns: 200 },
  )
})
