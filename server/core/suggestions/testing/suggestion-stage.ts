import { createHash, createHmac } from 'node:crypto'
import { ChoicePolicies } from '#server/core/brain/choice-policy.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import type { Finding } from '../../../contracts/findings.ts'
import type { ChoicePolicyView } from '../../../contracts/learning.ts'
import type { Role } from '../../../contracts/people.ts'
import type { ReplicaView } from '../../../contracts/replicas.ts'
import type { Flags } from '../../../contracts/settings.ts'
import type { RecordedBreakerChange } from '../../analysis/fleet-evidence.ts'
import type { QueuePolicyView } from '../../operations.ts'
import type { PauseBoard } from '../../queue/pause-board.ts'
import { QueueService } from '../../queue/queue-service.ts'
import { ModuleRegistry } from '../../registry/module-registry.ts'
import { ann, registration } from '../../registry/testing/builders.ts'
import { MemoryModuleStore } from '../../registry/testing/memory-module-store.ts'
import { typeOnlySchemas } from '../../registry/testing/type-only-schemas.ts'
import { FlagService } from '../../settings/flag-service.ts'
import type { CompanionMove } from '../../shared/companion.ts'
import { silentLogger } from '../../shared/logger.ts'
import { type Person, vouchForSession } from '../../shared/signed-in.ts'
import { createSuggestions } from '../create-suggestions.ts'
import type { SuggestionPorts, SuggestionSettings } from '../suggestion-ports.ts'
import type { ObservedTask } from '../verdict/measures.ts'
import { MemorySuggestionStore } from './memory-suggestion-store.ts'

export const hourMs = 3_600_000
export const moduleId = 'text'
/** A Wednesday. */
const start = Date.UTC(2026, 10, 18, 12)

/** A finding that proposes to balance the module in turn. */
export function findingOf(edit: Partial<Finding> = {}): Finding {
  return {
    analyzer: 'balancing',
    analyzerVersion: 1,
    key: 'balancing/text/round_robin',
    title: 'Balance Module text in turn',
    priority: 'medium',
    subject: { kind: 'module', id: moduleId, name: 'Module text' },
    act: { kind: 'change', change: { kind: 'module_strategy', moduleId, strategy: 'round_robin' } },
    evidence: [{ name: 'Wait', value: 900, unit: 'ms', sampleSize: 400 }],
    series: [],
    expected: [{ measure: 'latency_mean', unit: 'ms', from: 900, to: 600, low: 500, high: 700, better: 'lower' }],
    confidence: 0.8,
    window: { from: new Date(start - 24 * hourMs).toISOString(), to: new Date(start).toISOString() },
    ...edit,
  }
}

/** Suggestions over the real registry, queue policy and flags, all in memory, at a clock that stands still. */
export async function openStage(settings: Partial<SuggestionSettings> = {}) {
  const clock = new FakeClock(start)
  const ids = createSeededIds(7)
  const store = new MemorySuggestionStore()
  const modules = new MemoryModuleStore(move => store.moveCompanion(move))
  const registry = new ModuleRegistry({
    store: modules,
    clock,
    ids,
    logger: silentLogger,
    schemas: typeOnlySchemas,
    events: { wake() {} },
    checkEndpoint() {},
    newSecret: () => 'whsec_',
  })
  const register = () => registry.register(ann, registration(moduleId))
  await register()
  const queue = new QueueService({
    policies: keepPolicy(store),
    pauses: {} as PauseBoard,
    stats: () => Promise.reject(new Error('not asked for')),
  })
  const flags = new FlagService(keepFlags(store))
  const choices = new ChoicePolicies({ store: keepChoices(store), catalog: registry })
  const roles = new Map<string, Role>()
  const found = { findings: [findingOf()] as Finding[] }
  const outcomes: ObservedTask[] = []
  const breakerChanges: RecordedBreakerChange[] = []
  const ports: Omit<SuggestionPorts, 'desk' | 'typesOf' | 'hasModule'> = {
    store,
    findings: {
      list: () => [],
      analyze: async () => ({
        findings: structuredClone(found.findings),
        skipped: [],
        window: findingOf().window,
        tasks: 400,
        sampledShare: 1,
      }),
    },
    outcomes: {
      read: async ({ from, to }) => ({
        tasks: outcomes.filter(({ acceptedAt }) => acceptedAt >= from && acceptedAt < to),
        share: 1,
      }),
      readBreakerChanges: async ({ from, to }) => breakerChanges.filter(({ at }) => at >= from && at < to),
    },
    simulations: {
      run: () => Promise.reject(new Error('not asked for')),
      get: () => Promise.reject(new Error('not asked for')),
    },
    approvals: {
      roleOf: async (_tenantId, personId) => roles.get(personId) ?? null,
      seal: text => createHmac('sha256', 'of this test').update(text).digest('hex'),
    },
    clock,
    ids,
    digest: text => createHash('sha256').update(text).digest('hex'),
    logger: silentLogger,
    settings: { approvalMs: 24 * hourMs, observeMs: 24 * hourMs, analyzeEveryMs: null, ...settings },
  }
  const replicas = { list: async (): Promise<ReplicaView[]> => [] }
  const host = {
    registry,
    queue,
    settings: flags,
    events: { wake() {} },
    choicePolicies: choices,
    replicas,
    queueCapacity: 100,
    taskTimeoutMs: 1_000,
    isMine: () => true,
  }
  const { service, duty, desk } = createSuggestions(ports, host)
  const person = (name: string, role: Role = 'approver', tenantId = 'default'): Person => {
    roles.set(name, role)
    return vouchForSession({ kind: 'person', id: name, name, email: `${name}@example.org`, tenantId, role })
  }
  const operator = person('Olga', 'operator')
  return {
    clock,
    store,
    modules,
    registry,
    register,
    queue,
    flags,
    choices,
    roles,
    found,
    outcomes,
    breakerChanges,
    ports,
    service,
    duty,
    desk,
    person,
    operator,
  }
}
export type Stage = Awaited<ReturnType<typeof openStage>>

function keepPolicy(store: MemorySuggestionStore) {
  let kept: QueuePolicyView | null = null
  return {
    loadAll: async () => (kept ? [{ tenantId: 'default', policy: kept }] : []),
    async save(_by: unknown, policy: QueuePolicyView, companion?: CompanionMove) {
      if ((kept?.version ?? 0) !== policy.version) return null
      if (companion) store.moveCompanion(companion)
      kept = { ...policy, version: policy.version + 1 }
      return kept.version
    },
  }
}

function keepChoices(store: MemorySuggestionStore) {
  let kept: ChoicePolicyView | null = null
  return {
    loadAll: async () => (kept ? [{ tenantId: 'default', policy: kept }] : []),
    async save(_by: unknown, policy: ChoicePolicyView, companion?: CompanionMove) {
      if ((kept?.version ?? 0) !== policy.version) return null
      if (companion) store.moveCompanion(companion)
      kept = { ...policy, version: policy.version + 1 }
      return kept.version
    },
  }
}

function keepFlags(store: MemorySuggestionStore) {
  let kept: { version: number; flags: Flags } | null = null
  return {
    load: async () => kept,
    async save(_by: unknown, view: { version: number; flags: Flags }, companion?: CompanionMove) {
      if ((kept?.version ?? 0) !== view.version) return null
      if (companion) store.moveCompanion(companion)
      kept = { ...view, version: view.version + 1 }
      return kept.version
    },
  }
}
