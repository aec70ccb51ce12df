import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BreakerChangeView, BreakerView } from '#server/contracts/breakers.ts'
import type { Page } from '#server/contracts/common.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { ReplicaView } from '#server/contracts/replicas.ts'
import { createTestDatabase } from '#server/testing/database.ts'
import { type ReplicaProcess, startReplicaProcess } from '#server/testing/replica-process.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

const patienceMs = 30_000
const cleanup = new AsyncDisposableStack()
let start: () => Promise<ReplicaProcess>
let replicas: [ReplicaProcess, ReplicaProcess, ReplicaProcess]

beforeAll(async () => {
  const { url } = cleanup.use(await createTestDatabase())
  start = async () => cleanup.use(await startReplicaProcess(url))
  // The first migrates and makes the key of the installation.
  replicas = [await start(), ...(await Promise.all([start(), start()]))]
  await until('each knows all others', async () => {
    const pages = await Promise.all(replicas.map(({ client }) => client.query<Page<ReplicaView>>('replicas.list')))
    return pages.every(({ items }) => items.filter(({ state }) => state === 'running').length === 3)
  })
}, 60_000)
afterAll(() => cleanup.disposeAsync())

/**
 * A module with one instance that callers of each replica call themselves, on routes: so it is known which replica makes a call,
 * where a task may run on any.
 */
class RoutedModule {
  readonly id: string
  readonly key: { moduleId: string; instanceId: string }

  private constructor(id: string, instanceId: string) {
    this.id = id
    this.key = { moduleId: id, instanceId }
  }

  static async register(id: string, openMs = 1_500): Promise<RoutedModule> {
    const { endpoint } = cleanup.use(await startScriptedModule())
    const view = await replicas[0].client.mutate<ModuleView>('modules.register', {
      id,
      name: id,
      category: 'test',
      version: '1',
      breaker: { failureThreshold: 2, successThreshold: 2, openMs },
      capabilities: [{ type: `${id}.work` }],
      instances: [{ endpoint, capacity: 30 }],
    })
    const module = new RoutedModule(id, view.instances[0]?.id ?? '')
    await until('all know it', async () => (await module.views().catch(() => [])).length === replicas.length)
    return module
  }

  views(): Promise<BreakerView[]> {
    return Promise.all(replicas.map(({ client }) => client.query<BreakerView>('breakers.get', this.key)))
  }

  async states(): Promise<string[]> {
    return (await this.views()).map(({ state }) => state)
  }

  /** The id of a route that a caller of this replica was given; null when none can be had now. */
  async route({ client }: ReplicaProcess): Promise<string | null> {
    const taken = client.mutate<{ routeId: string }>('router.route', { taskType: `${this.id}.work` })
    return taken.then(
      ({ routeId }) => routeId,
      () => null,
    )
  }

  report({ client }: ReplicaProcess, routeId: string, isWell: boolean): Promise<unknown> {
    const outcome = isWell ? { outcome: 'succeeded' } : { outcome: 'failed', errorCode: 'DOWN' }
    return client.mutate('router.report', { routeId, ...outcome })
  }

  /** One call from each replica; `isWell` says how it ends where. */
  async callFromEach(isWell: (place: number) => boolean): Promise<void> {
    await Promise.all(
      replicas.map(async (replica, place) => {
        const routeId = await this.route(replica)
        if (routeId !== null) await this.report(replica, routeId, isWell(place))
      }),
    )
  }

  callUntil(what: string, isWell: (place: number) => boolean, isSo: (states: string[]) => boolean): Promise<unknown> {
    const once = async () => {
      await this.callFromEach(isWell)
      return isSo(await this.states())
    }
    return until(what, once, patienceMs)
  }
}

describe('three replicas on one database', () => {
  test('one to which alone every call fails opens its own breaker, shows so to all, and opens nobody else’s', async () => {
    const module = await RoutedModule.register('partly-reached')
    const isWell = (place: number) => place !== 2
    await module.callUntil('it opens there', isWell, states => states[2] === 'open')
    await until('the others hear what each sees', async () => {
      const [seen] = await module.views()
      return seen?.replicas.find(({ replicaId }) => replicaId === replicas[2].id)?.state === 'open'
    })
    for (let round = 0; round < 10; round++) {
      await module.callFromEach(isWell)
      expect((await module.states()).slice(0, 2)).toEqual(['closed', 'closed'])
    }
    const [seen] = await module.views()
    expect(seen?.replicas.filter(({ counts }) => counts)).toHaveLength(3)
    expect(seen?.openedBy).toBeNull()
  })

  test('what two see open is open for the third, one at a time probes for all, and its success closes all', async () => {
    const module = await RoutedModule.register('down-for-two')
    await module.callUntil(
      'all are open',
      place => place === 2,
      states => states.every(state => state !== 'closed'),
    )
    const [, , third] = await module.views()
    expect(third).toMatchObject({ openedBy: 'quorum', consecutiveFailures: 0 })

    // All ask at once, over and over: what is given out is a probe, and only one is out at a time.
    const probes: { replica: ReplicaProcess; routeId: string }[] = []
    await until(
      'somebody may probe',
      async () => {
        const asked = replicas.flatMap(replica => Array.from({ length: 20 }, () => replica))
        const routes = await Promise.all(
          asked.map(async replica => ({ replica, routeId: await module.route(replica) })),
        )
        for (const { replica, routeId } of routes) if (routeId !== null) probes.push({ replica, routeId })
        return probes.length > 0
      },
      patienceMs,
    )
    expect(probes).toHaveLength(1)
    const late = await Promise.all(replicas.map(replica => module.route(replica)))
    expect(late).toEqual([null, null, null])
    const [probe] = probes
    if (probe) await module.report(probe.replica, probe.routeId, true)
    await module.callUntil(
      'all are closed',
      () => true,
      states => states.every(state => state === 'closed'),
    )

    await until('the history of all is kept', async () => {
      const { items } = await timeline(module)
      return new Set(items.filter(({ to }) => to === 'closed').map(({ replicaId }) => replicaId)).size === 3
    })
    const { items } = await timeline(module)
    const opened = items.find(({ to, replicaId }) => to === 'open' && replicaId === replicas[0].id)
    expect(opened).toMatchObject({
      from: 'closed',
      cause: { code: 'DOWN' },
      calls: [
        { outcome: 'failed', code: 'DOWN', taskId: null },
        { outcome: 'failed', code: 'DOWN', taskId: null },
      ],
    })
    expect(items.find(({ to, replicaId }) => to === 'open' && replicaId === replicas[2].id)?.reason).toMatch(
      /2 of \d replicas see it open/,
    )
  })

  test('a breaker that is held open on one is held on all, also on one that starts later, until the hold is over by itself or reset', async () => {
    const module = await RoutedModule.register('held')
    const [first, second] = replicas
    const hold = { ...module.key, reason: 'provider outage', expiresInMs: 3_000 }
    const held = await first.client.mutate<BreakerView>('breakers.forceOpen', hold)
    await until('all hold it', async () => (await module.views()).every(({ forced }) => forced !== null))
    expect((await second.client.query<BreakerView>('breakers.get', module.key)).forced).toEqual(held.forced)
    await until(
      'nobody holds it',
      async () => (await module.views()).every(({ forced }) => forced === null),
      patienceMs,
    )
    await module.callUntil(
      'it is closed again',
      () => true,
      states => states.every(state => state === 'closed'),
    )
    await second.client.mutate('breakers.forceOpen', { ...module.key, reason: 'again' })
    await until('all hold it again', async () => (await module.views()).every(({ forced }) => forced !== null))
    const fresh = await start()
    expect(await fresh.client.query('breakers.get', module.key)).toMatchObject({ forced: { reason: 'again' } })
    await first.client.mutate('breakers.resetAll', { reason: 'over' })
    await until('all are closed and free', async () =>
      (await module.views()).every(({ forced, state }) => forced === null && state === 'closed'),
    )
    const { items } = await timeline(module)
    expect(items.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('has expired'))
  })
})

function timeline(module: RoutedModule): Promise<Page<BreakerChangeView>> {
  return replicas[1].client.query('breakers.timeline', { ...module.key, limit: 100 })
}
