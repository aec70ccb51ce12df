import type { TypeStatistics } from '../../contracts/memory.ts'
import type { Evidence } from '../brain/service-record.ts'
import type { ServiceRecord } from '../brain/service-records.ts'

const mostErrors = 5

/** What is known for long of each type: the evidence of all its services together, and what it cost. By name. */
export function typeStatistics(
  records: readonly ServiceRecord[],
  spend: ReadonlyMap<string, { calls: number; costUsd: number }>,
  best: ReadonlyMap<string, string>,
): TypeStatistics[] {
  const known = records.filter(({ evidence }) => outcomesOf(evidence) > 0)
  const byType = [...Map.groupBy(known, ({ key }) => key.taskType)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return byType.map(([taskType, ofType]) => {
    const evidence = ofType.map(record => record.evidence)
    const outcomes = evidence.reduce((sum, each) => sum + outcomesOf(each), 0)
    const successes = evidence.reduce((sum, each) => sum + each.successes, 0)
    const totalMs = evidence.reduce((sum, each) => sum + (each.meanMs ?? 0) * each.successes, 0)
    const paid = spend.get(taskType)
    return {
      taskType,
      outcomes,
      successRate: successes / outcomes,
      meanMs: successes === 0 ? null : totalMs / successes,
      services: ofType.length,
      bestModuleId: best.get(taskType) ?? null,
      errors: errorsOf(evidence),
      paidCalls: paid?.calls ?? 0,
      costUsd: paid?.costUsd ?? 0,
    }
  })
}

function errorsOf(evidence: readonly Evidence[]): { code: string; share: number }[] {
  const counts = new Map<string, number>()
  for (const { errorShares, failures } of evidence) {
    for (const [code, share] of errorShares) counts.set(code, (counts.get(code) ?? 0) + share * failures)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return [...counts]
    .map(([code, count]) => ({ code, share: total === 0 ? 0 : count / total }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, mostErrors)
}

function outcomesOf({ successes, failures }: Evidence): number {
  return successes + failures
}
