import type { Finding, SkippedAnalyzer } from '../../../contracts/findings.ts'
import type { ConfigurationSnapshot } from '../../changes/configuration-snapshot.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import { instanceRecord, moduleRecord } from '../../registry/testing/builders.ts'
import { snapshotOf, windowStart } from '../../simulator/testing/synthetic-history.ts'
import { analyzeFleet } from '../analyze-fleet.ts'
import type { RecordedBreakerChange } from '../fleet-evidence.ts'
import { gatherEvidence } from '../gather-evidence.ts'
import { generateTraffic, type TrafficPlan } from './traffic.ts'

/** A module that runs `types`, with instances `<id>-1`, `<id>-2` and so on of these capacities. */
export function service(
  id: string,
  {
    types = ['work'],
    capacities = [10],
    ...change
  }: Partial<ModuleRecord> & { types?: string[]; capacities?: number[] } = {},
): ModuleRecord {
  return moduleRecord(id, {
    capabilities: types.map(type => ({ type, inputSchema: null, outputSchema: null })),
    instances: capacities.map((capacity, place) =>
      instanceRecord(`http://10.0.0.${place + 1}/${id}`, { id: `${id}-${place + 1}`, capacity }),
    ),
    ...change,
  })
}

/** A breaker that opened so many ms into the window and closed again, with so many failed probes in between. */
export function episode(
  moduleId: string,
  openedMs: number,
  {
    openMs = 60_000,
    failedProbes = 0,
    replicaId = 'r1',
  }: { openMs?: number; failedProbes?: number; replicaId?: string } = {},
): RecordedBreakerChange[] {
  const at = windowStart + openedMs
  const common = { moduleId, instanceId: `${moduleId}-1`, replicaId }
  const changes: RecordedBreakerChange[] = [
    { ...common, at, from: 'closed', to: 'open', reason: '5 failures in a row' },
  ]
  for (let probe = 0; probe <= failedProbes; probe++) {
    const probedAt = at + (probe + 1) * openMs
    changes.push({ ...common, at: probedAt, from: 'open', to: 'half_open', reason: 'open for 1 min, now probing' })
    const [to, reason] =
      probe < failedProbes
        ? (['open', 'the probe failed: HTTP_500'] as const)
        : (['closed', '2 successful probes'] as const)
    changes.push({ ...common, at: probedAt + 100, from: 'half_open', to, reason })
  }
  return changes
}

/** What one analyzer, or all, say of a planned fleet. */
export function analyzePlan(
  plan: TrafficPlan,
  options: {
    analyzers?: readonly string[]
    breakerChanges?: readonly RecordedBreakerChange[]
    snapshot?: Partial<ConfigurationSnapshot>
  } = {},
): { findings: Finding[]; skipped: SkippedAnalyzer[] } {
  const snapshot = { ...snapshotOf(...plan.modules), ...options.snapshot }
  const recorded = { history: generateTraffic(plan), breakerChanges: options.breakerChanges ?? [] }
  return analyzeFleet(gatherEvidence(recorded, snapshot), { analyzers: options.analyzers })
}
