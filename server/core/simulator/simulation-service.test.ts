import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import { runSimulationInput, type SimulationView } from '../../contracts/simulations.ts'
import { ann } from '../registry/testing/builders.ts'
import { silentLogger } from '../shared/logger.ts'
import { SimulationService } from './simulation-service.ts'
import type { SimulationStore } from './simulation-store.ts'
import { snapshotOf } from './testing/synthetic-history.ts'

const request = runSimulationInput.parse({})

/** Simulations of which none ends before it is told to. */
function open() {
  const kept = new Map<string, SimulationView>()
  const store: SimulationStore = {
    async create(by, simulation) {
      const { tenantId: _, replicaId: __, ...made } = simulation
      const begun = { status: 'queued' as const, progress: 0, result: null, error: null, finishedAt: null }
      kept.set(made.id, { ...made, ...begun, requestedBy: by.name, createdAt: new Date(0).toISOString() })
    },
    get: async (_tenantId, id) => kept.get(id) ?? null,
    list: async () => ({ items: [], nextCursor: null }),
    touch: async () => false,
    async end() {},
    requestCancel: async () => true,
  }
  const failing = { snapshot: false }
  /** The tenants of those that ran so far, the last of which still runs, and how to end it. */
  const ran: string[] = []
  let endRun = () => {}
  const service = new SimulationService({
    store,
    runner: {
      run: ({ present }) =>
        new Promise((_resolve, reject) => {
          ran.push(present.tenantId)
          endRun = () => reject(new Error('told to end'))
        }),
    },
    snapshot: async tenantId => {
      if (failing.snapshot) throw new Error('the database is away')
      return { ...snapshotOf(), tenantId }
    },
    clock: new FakeClock(0),
    ids: createSeededIds(1),
    digest: text => text,
    logger: silentLogger,
    replicaId: 'r1',
    version: '1.0.0',
  })
  return { service, kept, failing, ran, endRun: () => endRun() }
}

test('of twenty that a tenant asks for at once five are taken, and the others are told to wait', async () => {
  const { service, kept } = open()
  const ends = await Promise.allSettled(Array.from({ length: 20 }, () => service.run(ann, request)))
  expect(kept.size).toBe(5)
  const refused = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
  expect(refused).toHaveLength(15)
  for (const error of refused) expect(error).toMatchObject({ code: 'SIMULATOR_BUSY', retryable: true })
})

test('one that could not begin takes nobody’s place, nor does one that was cancelled', async () => {
  const { service, failing } = open()
  failing.snapshot = true
  for (let time = 0; time < 6; time++) await expect(service.run(ann, request)).rejects.toThrow('away')
  failing.snapshot = false
  const begun = await Promise.all(Array.from({ length: 5 }, () => service.run(ann, request)))
  await expect(service.run(ann, request)).rejects.toMatchObject({ code: 'SIMULATOR_BUSY' })
  await service.cancel(ann, begun[4]!.id)
  expect((await service.run(ann, request)).status).toBe('queued')
})

test('a tenant who asks for many holds up no other: each has places of its own, and they take turns', async () => {
  const { service, ran, endRun } = open()
  const bob = { ...ann, tenantId: 'bobs' }
  const eve = { ...ann, tenantId: 'eves' }
  for (let time = 0; time < 5; time++) await service.run(ann, request)
  await expect(service.run(ann, request)).rejects.toMatchObject({ code: 'SIMULATOR_BUSY' })
  for (let time = 0; time < 2; time++) await service.run(bob, request)
  await service.run(eve, request)
  const { tenantId: own } = ann
  const expected = [own, 'bobs', 'eves', own, 'bobs', own, own, own]
  for (let turn = 1; turn < expected.length; turn++) {
    endRun()
    await expect.poll(() => ran.length).toBe(turn + 1)
  }
  expect(ran).toEqual(expected)
})
