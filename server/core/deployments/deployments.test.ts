import { beforeEach, describe, expect, test } from 'vitest'
import { describeTallyStore } from '#server/testing/tally-contract.ts'
import { instanceIdOf } from '../registry/instance-identity.ts'
import { ann, disabling, registration } from '../registry/testing/builders.ts'
import { DeploymentStage, deploying, newEndpoint, oldEndpoint } from './testing/deployment-stage.ts'
import { MemoryDeploymentTallyStore } from './testing/memory-deployment-tally-store.ts'

type Replica = Awaited<ReturnType<DeploymentStage['openReplica']>>
const loud = { moduleId: 'm', deploymentId: null, isQuiet: false }
let stage: DeploymentStage
let replica: Replica

beforeEach(async () => {
  stage = new DeploymentStage()
  replica = await stage.openReplica()
  await stage.register(replica.registry)
})

/** Lets work come in, a second at a time. */
async function run(seconds: number, calls: number, failingAt: string | null = null, on: Replica = replica) {
  for (let second = 0; second < seconds; second++) {
    on.work(calls, failingAt)
    await stage.clock.advance(1_000)
  }
}

function instances() {
  return replica.registry.require(ann.tenantId, 'm').instances.map(({ endpoint, version }) => ({ endpoint, version }))
}

describe('a deployment that goes well', () => {
  test('takes its steps, lets the old instances finish, and leaves the new version alone behind', async () => {
    await replica.registry.deploy(ann, deploying())
    expect(replica.deployment()).toMatchObject({ state: 'joining', step: -1, fromVersions: ['1.0.0'] })
    await run(2, 8)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 0 })
    await run(8, 8)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 0 })
    await run(2, 8)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 1 })
    const slot = replica.load.acquire(stage.slotsOf(oldEndpoint))
    await run(12, 8)
    expect(replica.deployment()).toMatchObject({ state: 'draining' })
    expect(instances()).toHaveLength(2)
    slot.release({ ok: true, durationMs: 12_000 })
    await run(3, 8)
    const module = replica.registry.require(ann.tenantId, 'm')
    expect(module).toMatchObject({ version: '2.0.0', configVersion: 2, deployment: { state: 'completed' } })
    expect(instances()).toEqual([{ endpoint: newEndpoint, version: '2.0.0' }])
    expect(stage.store.events.map(({ type }) => type).filter(type => type.startsWith('deployment.'))).toEqual([
      'deployment.started',
      'deployment.stepped',
      'deployment.stepped',
      'deployment.stepped',
      'deployment.completed',
    ])
    expect(stage.store.audit.map(({ action, by }) => [action, by.kind])).toContainEqual([
      'deployment.completed',
      'system',
    ])
  })

  test('measures the share of calls of each version, step by step', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(2, 0)
    await run(9, 20)
    const progress = await replica.runner.progress(ann.tenantId, 'm')
    const [first] = progress.steps
    expect(first?.versions).toEqual([
      { version: '2.0.0', isNew: true, calls: 45, failures: 0, share: 0.25 },
      { version: '1.0.0', isNew: false, calls: 135, failures: 0, share: 0.75 },
    ])
  })

  test('waits in a step for its calls, and says how many are missing', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(60, 0)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 0 })
    expect((await replica.runner.progress(ann.tenantId, 'm')).waitingFor).toBe('10 more calls of the new version')
    await run(1, 40)
    await run(1, 0)
    expect(replica.deployment()).toMatchObject({ step: 1 })
  })

  test('goes on where it was when another replica takes over, with the calls that both have counted', async () => {
    await replica.registry.deploy(ann, deploying({ minCalls: 30 }))
    await run(12, 8)
    await replica.runner.stop()
    const second = await stage.openReplica()
    expect(second.deployment()).toMatchObject({ state: 'stepping', step: 0 })
    await run(3, 20, null, second)
    expect(second.deployment()).toMatchObject({ state: 'stepping', step: 1 })
  })

  test('a replica whose duty it is not counts, but moves nothing', async () => {
    await replica.runner.stop()
    const other = await stage.openReplica(false)
    await other.registry.deploy(ann, deploying())
    await run(30, 8, null, other)
    expect(other.deployment()).toMatchObject({ state: 'joining' })
  })
})

describe('a deployment that goes wrong', () => {
  test('stops itself when the new version fails clearly more, and gives it no more calls', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(2, 0)
    await run(4, 12, newEndpoint)
    expect(replica.deployment()).toMatchObject({ state: 'stopped', step: 0, reasonBy: 'Quarterdeck' })
    expect(replica.deployment()?.reason).toMatch(/calls of version 2\.0\.0 failed \(100 %\), of the version before 0 %/)
    const before = replica.load.totals(stage.slotsOf(newEndpoint)).calls
    await run(5, 20)
    expect(replica.load.totals(stage.slotsOf(newEndpoint)).calls).toBe(before)
  })

  test('does not stop for failures that the old version has as often', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(2, 0)
    await run(4, 20, oldEndpoint)
    await run(8, 20, oldEndpoint)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 1 })
  })

  test('waits for more calls while too few have failed to tell', async () => {
    await replica.registry.deploy(ann, deploying({ tolerance: 0.05 }))
    await run(2, 0)
    await run(1, 4, newEndpoint)
    await run(11, 4)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 0 })
    expect((await replica.runner.progress(ann.tenantId, 'm')).waitingFor).toContain('too few to tell')
  })

  test.each([
    ['becomes unhealthy', (s: DeploymentStage) => s.fleet.setHealth(instanceIdOf(newEndpoint), 'unhealthy')],
    ['has its breaker opened', (s: DeploymentStage) => s.fleet.setBreaker(instanceIdOf(newEndpoint), 'open')],
  ])('stops itself when a new instance %s, even while it is paused', async (_what, breakIt) => {
    await replica.registry.deploy(ann, deploying())
    await run(2, 0)
    await replica.registry.moveDeployment(ann, loud, { kind: 'pause', reason: 'lunch' })
    breakIt(stage)
    await run(2, 0)
    expect(replica.deployment()).toMatchObject({ state: 'stopped' })
    expect(replica.deployment()?.reason).toContain(newEndpoint)
  })

  test('gives up on new instances that do not become well in time, before they got a call', async () => {
    stage.fleet.setHealth(instanceIdOf(newEndpoint), 'unhealthy')
    await replica.registry.deploy(ann, deploying({ healthyWithinMs: 20_000 }))
    await run(19, 8)
    expect(replica.deployment()).toMatchObject({ state: 'joining' })
    await run(3, 8)
    expect(replica.deployment()).toMatchObject({ state: 'stopped', step: -1 })
    expect(replica.load.totals(stage.slotsOf(newEndpoint)).calls).toBe(0)
  })

  test('is rolled back by a person: the old version has all calls at once, the new one finishes and leaves', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(14, 8)
    const slot = replica.load.acquire(stage.slotsOf(newEndpoint))
    await replica.registry.moveDeployment(ann, loud, { kind: 'roll_back', reason: 'wrong build' })
    await run(5, 8)
    expect(replica.deployment()).toMatchObject({ state: 'rolling_back', reason: 'wrong build', reasonBy: 'Ann' })
    slot.release(null)
    await run(3, 8)
    expect(replica.deployment()).toMatchObject({ state: 'rolled_back', reason: 'wrong build' })
    expect(instances()).toEqual([{ endpoint: oldEndpoint, version: '1.0.0' }])
    expect(replica.registry.require(ann.tenantId, 'm')).toMatchObject({ version: '1.0.0' })
  })

  test('while old instances drain, rolling back puts them into rotation again', async () => {
    await replica.registry.deploy(ann, deploying({ steps: [100], minStepMs: 0, minCalls: 0 }))
    const slot = replica.load.acquire(stage.slotsOf(oldEndpoint))
    await run(5, 2)
    expect(replica.deployment()).toMatchObject({ state: 'draining' })
    await replica.registry.moveDeployment(ann, loud, { kind: 'roll_back', reason: 'second thoughts' })
    const [old] = replica.registry.require(ann.tenantId, 'm').instances
    expect(old).toMatchObject({ endpoint: oldEndpoint, out: null })
    slot.release(null)
  })
})

describe('what people may do with one', () => {
  test('a pause holds the step however well it goes; going on begins the step again', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(3, 8)
    await replica.registry.moveDeployment(ann, loud, { kind: 'pause', reason: 'look at the logs' })
    await run(30, 8)
    expect(replica.deployment()).toMatchObject({ state: 'paused', step: 0, reason: 'look at the logs' })
    await replica.registry.moveDeployment(ann, loud, { kind: 'resume' })
    await run(5, 8)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 0 })
    await run(7, 8)
    expect(replica.deployment()).toMatchObject({ step: 1 })
  })

  test('a stopped step can be tried again; its earlier failures do not count against it', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(2, 0)
    await run(4, 12, newEndpoint)
    await replica.registry.moveDeployment(ann, loud, { kind: 'resume' })
    await run(12, 12)
    expect(replica.deployment()).toMatchObject({ state: 'stepping', step: 1 })
  })

  test('a step is taken once, however often it is asked for', async () => {
    await replica.registry.deploy(ann, deploying())
    await run(2, 0)
    const ask = () => replica.registry.moveDeployment(ann, loud, { kind: 'step', step: 1 })
    await ask()
    await expect(ask()).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_UNDER_WAY' })
    expect(replica.deployment()).toMatchObject({ step: 1 })
  })

  test('no second deployment, and no other version by an edit, while one is under way', async () => {
    await replica.registry.deploy(ann, deploying())
    const another = deploying({ version: '3.0.0', instances: [{ endpoint: 'http://10.0.0.3' }] })
    await expect(replica.registry.deploy(ann, another)).rejects.toMatchObject({ code: 'DEPLOYMENT_UNDER_WAY' })
    const edit = replica.registry.update(ann, { id: 'm', configVersion: 1, version: '9' })
    await expect(edit).rejects.toMatchObject({ code: 'DEPLOYMENT_UNDER_WAY' })
  })

  test.each([
    ['a version that runs already', { version: '1.0.0' }],
    ['an endpoint that is an instance already', { instances: [{ endpoint: oldEndpoint }] }],
  ])('%s is refused, and nothing is changed', async (_what, overrides) => {
    await expect(replica.registry.deploy(ann, deploying(overrides))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(replica.deployment()).toBeNull()
    expect(instances()).toHaveLength(1)
  })

  test('steps that fall, or do not end with all calls, are refused', () => {
    for (const steps of [[50, 25, 100], [50], [], [0, 100]]) expect(() => deploying({ steps })).toThrow()
  })

  test('nothing is there to move when none is under way', async () => {
    const move = replica.registry.moveDeployment(ann, loud, { kind: 'roll_back', reason: 'x' })
    await expect(move).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_UNDER_WAY' })
  })

  test('a disabled module is not given up on: the deployment waits until it is enabled', async () => {
    await replica.registry.disable(ann, disabling('m'))
    await replica.registry.deploy(ann, deploying({ healthyWithinMs: 10_000 }))
    await run(30, 0)
    expect(replica.deployment()).toMatchObject({ state: 'joining' })
    await replica.registry.enable(ann, 'm')
    await run(2, 0)
    expect(replica.deployment()).toMatchObject({ state: 'stepping' })
  })
})

test('modules without a deployment leave no tally', async () => {
  await replica.registry.register(ann, registration('other'))
  await run(5, 10)
  await expect(replica.runner.progress(ann.tenantId, 'm')).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_UNDER_WAY' })
})

describeTallyStore(async () => new MemoryDeploymentTallyStore())
