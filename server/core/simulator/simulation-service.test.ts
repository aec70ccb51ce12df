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

/** Simulations of which none ever ends. */
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
  const service = new SimulationService({
    store,
    runner: { run: () => new Promise(() => {}) },
    snapshot: async () => {
      if (failing.snapshot) throw new Error('the database is away')
      return snapshotOf()
    },
    clock: new FakeClock(0),
    ids: createSeededIds(1),
    digest: text => text,
    logger: silentLogger,
    replicaId: 'r1',
    version: '1.0.0',
  })
  return { service, kept, failing }
}

test('of twenty that are asked for at once five are taken, and the others are told to wait', async () => {
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
