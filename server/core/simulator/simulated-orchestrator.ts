import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { Orchestrator } from '../orchestrator.ts'
import type { Driver } from '../queue/driver.ts'
import type { LeaseEnd } from '../queue/task-store.ts'
import type { SchemaCompiler } from '../registry/schema-compiler.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'
import type { Clock } from '../shared/clock.ts'
import type { IdSource } from '../shared/ids.ts'
import { silentLogger } from '../shared/logger.ts'
import { MemoryTaskStore } from '../simulation/memory-task-store.ts'
import type { Entry } from '../simulation/task-entry.ts'
import { createDraws } from './draw.ts'
import { noSender } from './quiet-guard.ts'
import { createQuietStores, noSignals } from './quiet-stores.ts'

const replicaId = 'simulated'
const allFit: SchemaCompiler = { compile: () => ({ kind: 'valid', check: () => null }) }

/** A replica as in production, on a virtual clock, with tasks in memory and no world outside. Nothing runs before `start`. */
export function createSimulatedOrchestrator(options: {
  snapshot: ConfigurationSnapshot
  ports: { clock: Clock; breakers: BreakerBoard }
  driver: Driver
  seed: number
  onLeaseEnded: (end: LeaseEnd) => void
  /** Told of each task that ends; answers whether nothing will ask for it any more. */
  forget: (ended: Entry) => boolean
}): Orchestrator {
  const { snapshot, driver, seed } = options
  const { clock, breakers } = options.ports
  return new Orchestrator(
    {
      clock,
      breakers,
      ids: createCountingIds(),
      random: createDraws(seed),
      logger: silentLogger,
      stores: { tasks: new WatchedTaskStore(clock, options), ...createQuietStores(snapshot) },
      drivers: { http: driver, local: driver },
      schemas: allFit,
      checkEndpoint: () => {},
      probeEndpoint: nobodyThere,
      newModuleSecret: () => '',
      webhookSender: noSender,
      readHeldTransactions: async () => [],
      newSpanId: () => '0000000000000001',
      digest: text => text,
      signals: noSignals,
      onAccessChanged: async () => {},
      pingDatabase: async () => {},
    },
    {
      replicaId,
      version: 'simulated',
      preset: 'simulated',
      concurrency: snapshot.concurrency,
      queueCapacity: snapshot.queueCapacity,
      queueCapacityBytes: Number.MAX_SAFE_INTEGER,
      taskTimeoutMs: snapshot.taskTimeoutMs,
      keepsDecisions: false,
    },
  )
}

async function nobodyThere(): Promise<never> {
  throw new Error('a simulated replica reaches nobody')
}

/** The task store in memory, telling of each lease that ends. */
class WatchedTaskStore extends MemoryTaskStore {
  readonly #onLeaseEnded: (end: LeaseEnd) => void

  constructor(clock: Clock, options: { onLeaseEnded: (end: LeaseEnd) => void; forget: (ended: Entry) => boolean }) {
    super(clock, options.forget)
    this.#onLeaseEnded = options.onLeaseEnded
  }

  override finish(ends: readonly LeaseEnd[]): Promise<boolean[]> {
    for (const end of ends) this.#onLeaseEnded(end)
    return super.finish(ends)
  }
}

/** Ids that sort in the order in which they were made. */
function createCountingIds(): IdSource {
  // Of a range of small integers, of which texts are made fastest.
  let count = 1e9
  return { next: () => String(++count) }
}
