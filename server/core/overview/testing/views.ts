import type { AlertView } from '../../../contracts/alerts.ts'
import type { BreakerView } from '../../../contracts/breakers.ts'
import type { HealthMember, HealthSummary } from '../../../contracts/health.ts'
import type { ModuleSummary } from '../../../contracts/modules.ts'
import type { ReplicaView } from '../../../contracts/replicas.ts'
import type { DurationStats, QueueStats } from '../../../contracts/stats.ts'

const at = '2026-11-21T11:00:00.000Z'

/** The closed breaker of module `m`, unless told otherwise. */
export function breakerView(change: Partial<BreakerView> = {}): BreakerView {
  return {
    moduleId: 'm',
    moduleName: 'Module m',
    instanceId: 'i',
    endpoint: 'http://m/1',
    state: 'closed',
    since: at,
    troubledSince: null,
    openedBy: null,
    forced: null,
    nextProbeAt: null,
    probeEndsBy: null,
    consecutiveFailures: 0,
    probeSuccesses: 0,
    config: {
      failureThreshold: 5,
      successThreshold: 2,
      openMs: 60_000,
      callTimeoutMs: 30_000,
      failureRate: null,
      slowCalls: null,
    },
    totals: { calls: 0, successes: 0, failures: 0, timeouts: 0, rejections: 0 },
    window: {
      seconds: 60,
      calls: 0,
      failures: 0,
      failureRate: 0,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
      bucketSeconds: 5,
      buckets: [],
    },
    lastFailure: null,
    errors: [],
    replicas: [],
    transitions: [],
    ...change,
  }
}

/** A healthy member, unless told otherwise. */
export function healthMember(change: Partial<HealthMember> = {}): HealthMember {
  return {
    id: 'm',
    name: 'Member m',
    kind: 'module',
    score: 100,
    weight: 1,
    state: 'healthy',
    reason: 'all is well',
    checkedAt: at,
    since: at,
    ...change,
  }
}

/** A healthy fleet without members, unless told otherwise. */
export function healthSummary(change: Partial<HealthSummary> = {}): HealthSummary {
  return {
    score: 100,
    status: 'healthy',
    since: at,
    systems: { score: null, members: [] },
    modules: { score: null, members: [] },
    breakdown: { healthy: 0, degraded: 0, critical: 0, emergency: 0 },
    unhealthy: [],
    ...change,
  }
}

/** The enabled, healthy module `m`, unless told otherwise. */
export function moduleSummary(change: Partial<ModuleSummary> = {}): ModuleSummary {
  return {
    id: 'm',
    name: 'Module m',
    category: 'test',
    version: '1',
    owner: null,
    enabled: true,
    health: 'healthy',
    healthScore: 100,
    breaker: 'closed',
    dependsOn: [],
    capabilities: [],
    instances: { total: 1, healthy: 1 },
    capacity: 10,
    inFlight: 0,
    costPerHourUsd: 0,
    recent: { calls: 0, failures: 0, callsPerMinute: 0, p50Ms: null, p95Ms: null },
    ...change,
  }
}

const noDurations: DurationStats = { count: 0, meanMs: null, p50Ms: null, p95Ms: null, p99Ms: null }

/** An empty queue, unless told otherwise. */
export function queueStats(change: Partial<QueueStats> = {}): QueueStats {
  return {
    size: 0,
    ready: 0,
    scheduled: 0,
    blocked: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    byPriority: [],
    byType: [],
    oldestReadyAt: null,
    workers: { busy: 0, total: 16, utilization: 0 },
    wait: noDurations,
    run: noDurations,
    pauses: [],
    retryBudgets: [],
    capacity: 100_000,
    ...change,
  }
}

/** A replica at work, unless told otherwise. */
export function replicaView(change: Partial<ReplicaView> = {}): ReplicaView {
  return {
    id: 'deck-0',
    state: 'running',
    isThis: false,
    host: 'deck',
    pid: 1,
    version: '1.0.0',
    address: 'http://127.0.0.1:3000',
    startedAt: '2026-11-21T00:00:00.000Z',
    heartbeatAt: '2026-11-21T12:00:00.000Z',
    stoppedAt: null,
    lostAt: null,
    uptimeMs: 43_200_000,
    running: 0,
    concurrency: 16,
    leases: 0,
    claimedPerMinute: 0,
    staleWrites: 0,
    refused: 0,
    clockOffsetMs: 0,
    duties: [],
    ...change,
  }
}

/** An open warning about module `m`, unless told otherwise. */
export function alertView(change: Partial<AlertView> = {}): AlertView {
  return {
    id: 'a',
    rule: 'module-health',
    ruleName: 'Health of a module',
    subject: 'module:m',
    moduleId: 'm',
    severity: 'warning',
    state: 'open',
    title: 'Module m is degraded',
    detail: '',
    href: '/modules/m',
    evidence: {},
    raisedAt: at,
    since: at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    note: null,
    silencedBy: null,
    resolvedAt: null,
    ...change,
  }
}
