import type { ServiceRecordStore, StoredEvidence } from '../brain/service-records.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { DeadLetterJobStore } from '../dead-letters/dead-letter-job-store.ts'
import type { DeadLetterStore } from '../dead-letters/dead-letter-store.ts'
import type { EventStore } from '../events/event-store.ts'
import type { HealthStore } from '../health/health-store.ts'
import type { OrchestratorPorts } from '../orchestrator-ports.ts'
import type { PauseStore } from '../queue/pause-board.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { ModuleStore } from '../registry/module-store.ts'
import { dutyNames, type ReplicaStore } from '../replicas/replica-store.ts'
import type { SignalPort } from '../replicas/signals.ts'
import type { BreakerHoldStore } from '../resilience/breaker-service.ts'
import type { BreakerShareStore } from '../resilience/breaker-shares.ts'
import { quietGuard } from './quiet-guard.ts'

/**
 * The stores of a simulated replica beside its tasks: configuration is that of the snapshot, the replica is alone and has every
 * duty but to watch over itself, and nothing that is told or written is kept. Edits throw: a simulation changes its configuration before it starts.
 */
export function createQuietStores(snapshot: ConfigurationSnapshot): Omit<OrchestratorPorts['stores'], 'tasks'> {
  const { tenantId } = snapshot
  return {
    modules: moduleStoreOf(tenantId, snapshot.modules),
    queuePolicies: { loadAll: async () => [{ tenantId, policy: snapshot.policy }], save: refuse },
    choicePolicies: { loadAll: async () => [{ tenantId, policy: snapshot.choice }], save: refuse },
    flags: { load: async () => ({ version: 1, flags: snapshot.flags }), save: refuse },
    serviceRecords: evidenceOf(snapshot.evidence),
    events: silentLog,
    health: forgetfulHealth,
    breakerHolds: noHolds,
    breakerShares: ownBreakersAlone,
    breakerJournal: { async append() {}, list: async () => ({ items: [], nextCursor: null }) },
    deploymentTallies: { async add() {}, read: async () => [] },
    pauses: noPauseStore,
    deadLetters: noLetters,
    deadLetterJobs: noJobs,
    replicas: aloneStore,
    slots: { share: async () => ({ kind: 'alone' }) },
    ...quietGuard,
  }
}

/** Nobody is called, and nobody calls. */
export const noSignals: SignalPort = { listen() {}, async send() {} }

async function refuse(): Promise<never> {
  throw new Error('a simulated replica is not edited')
}

function moduleStoreOf(tenantId: string, modules: readonly ModuleRecord[]): ModuleStore {
  const byId = new Map(modules.map(module => [module.id, module]))
  return {
    loadAll: async () => [...modules],
    tenants: async () => (modules.length > 0 ? [tenantId] : []),
    read: async asked => (asked === tenantId ? byId : new Map()),
    change: refuse,
  }
}

/** Read once; from then on the replica knows what it learned itself. */
function evidenceOf(evidence: readonly StoredEvidence[]): ServiceRecordStore {
  return {
    loadAll: async () => [...evidence],
    loadChanged: async after => ({ records: after === null ? [...evidence] : [], latestAt: 0 }),
    add: async () => [],
  }
}

const silentLog: EventStore = {
  isSilent: true,
  async append() {},
  sequence: async () => [],
  readSequenced: async () => [],
  readAfter: async (_tenantId, afterSeq) => ({ events: [], scannedTo: afterSeq, more: false }),
  readBefore: async () => ({ events: [], scannedTo: null }),
  position: async () => ({ lastSeq: 0, countedSeq: 0 }),
  savedTotals: async () => ({ seq: 0, totals: [] }),
  addTotals: async (_additions, _fromSeq, toSeq) => toSeq,
}

const forgetfulHealth: HealthStore = {
  async append() {},
  range: async () => [],
  standing: async () => null,
  deleteBefore: async () => 0,
}

const noHolds: BreakerHoldStore = { load: async () => [], set: refuse, clear: refuse }

/** Nobody else sees anything, and a probe is always this replica's. */
const ownBreakersAlone: BreakerShareStore = {
  async begin() {},
  async publish() {},
  load: async () => ({ votes: [], probeEnds: [] }),
  takeProbe: async () => ({ isGranted: true }),
  async endProbe() {},
}

const noPauseStore: PauseStore = { loadAll: async () => [], set: refuse, clear: refuse }

const noLetters: DeadLetterStore = {
  list: async () => ({ items: [], nextCursor: null }),
  groups: async () => [],
  countOpen: async () => ({ open: 0, oldestAt: null }),
  find: async () => [],
  lineage: async () => [],
  discard: refuse,
}

const noJobs: DeadLetterJobStore = {
  create: refuse,
  list: async () => ({ items: [], nextCursor: null }),
  get: async () => null,
  lease: async () => [],
  async release() {},
  nextItems: async () => [],
  async settle() {},
  countTrial: async () => ({ alive: 0, ended: 0, succeeded: 0 }),
  async advance() {},
  decide: async () => null,
}

/** Nothing watches over a simulated replica. */
const duties = dutyNames.filter(name => name !== 'alerts' && name !== 'invariants')

const aloneStore: ReplicaStore = {
  async join() {},
  beat: async () => ({
    others: [],
    lostAt: null,
    othersRunning: 0,
    othersConcurrency: 0,
    duties,
    revisions: {},
  }),
  declareLost: async () => [],
  async leave() {},
  list: async () => [],
}
