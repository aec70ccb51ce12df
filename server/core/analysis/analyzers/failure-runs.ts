import type { Call } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { isJudged } from '../subjects.ts'

/** How calls of a module fail: alone or in runs. */
export interface FailurePattern {
  calls: number
  /** Share of failures while it works: over spans in which fewer than half fail. */
  usualShare: number
  /** Failures in a row on one instance, each run's length and the span that it began in. */
  runs: readonly { length: number; span: number; failures: readonly Call[] }[]
  /** Calls in the order in which they ended, by instance. */
  sequences: readonly (readonly Call[])[]
}

const brokenFrom = 0.5

/** Null when no span tells what is usual. */
export function findFailurePattern(calls: readonly Call[]): FailurePattern | null {
  const judged = calls.filter(isJudged)
  let usualCalls = 0
  let usualFailures = 0
  for (const its of bySpan(judged).values()) {
    const failures = its.filter(hasFailed).length
    if (failures >= brokenFrom * its.length) continue
    usualCalls += its.length
    usualFailures += failures
  }
  if (usualCalls === 0) return null
  const sequences = [...Map.groupBy(judged, ({ instanceId }) => instanceId).values()].map(its =>
    its.toSorted((a, b) => a.endedAt - b.endedAt),
  )
  const runs = sequences.flatMap(runsOf)
  return { calls: judged.length, usualShare: usualFailures / usualCalls, runs, sequences }
}

export function hasFailed({ outcome }: Call): boolean {
  return outcome === 'failed' || outcome === 'timed_out'
}

function runsOf(sequence: readonly Call[]): FailurePattern['runs'][number][] {
  const runs: { length: number; span: number; failures: Call[] }[] = []
  let failures: Call[] = []
  const end = () => {
    if (failures.length > 0) runs.push({ length: failures.length, span: failures[0]?.span ?? 0, failures })
    failures = []
  }
  for (const call of sequence) {
    if (hasFailed(call)) failures.push(call)
    else end()
  }
  end()
  return runs
}

/**
 * How many runs of so many failures or more there are to expect of so many calls when each fails by itself with this share: each such
 * run begins after a success, n (1 - q) q^k (Feller, An Introduction to Probability Theory I, XIII.7).
 */
export function expectedRuns(calls: number, share: number, length: number): number {
  return calls * (1 - share) * share ** length
}

/** The least length that chance reaches less often than `atMost` times. */
export function leastUnlikelyLength(calls: number, share: number, atMost: number): number {
  let length = 1
  while (length < 1_000 && expectedRuns(calls, share, length) >= atMost) length++
  return length
}
