import type { InstanceRecord, ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { estimateMean, type MeanEstimate, meanOf } from '../statistics/samples.ts'
import { hasSucceeded, inService, ofInstance, reachOf } from '../subjects.ts'
import { instancesInRotation } from './saturation.ts'

/** Mean calls per ms that an instance gets done with so many at once. */
interface Level {
  atOnce: number
  meanMs: number
  calls: Call[]
}

interface Peak {
  best: Level
  full: Level
  /** ln of throughput at the best level over that near the limit, span by span. */
  gain: MeanEstimate
}

const leastPerLevel = 50
const leastPerSpan = 3
/** The best has to be this far below the limit, and its throughput this much higher, to be worth a change. */
const farBelow = 0.7
const leastGain = Math.log(1.1)
const nearLimit = 0.85

/**
 * An instance that gets less done with many calls at once than with fewer: past its peak each further call costs the others more than
 * it brings (Gunther's universal scalability law, Guerrilla Capacity Planning, 2007: X(N) = N / R(N) has a maximum once calls
 * hinder each other in pairs). The limit to come is the level with the highest throughput seen.
 */
export const overloadAnalyzer: Analyzer = {
  id: 'overload',
  version: 2,
  name: 'Overload of instances',
  question: 'Does an instance get less done near its limit than with fewer calls at once?',
  needs:
    '50 successful calls of one instance near its limit and at a level well below, in four or more spans of ten minutes that have both.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const module of inService(evidence)) {
      const calls = (evidence.callsByModule.get(module.id) ?? []).filter(hasSucceeded)
      const byInstance = Map.groupBy(calls, ({ instanceId }) => instanceId)
      for (const instance of instancesInRotation(module)) {
        const own = byInstance.get(instance.id) ?? []
        const peak = findPeak(own, instance.capacity)
        if (peak === null) continue
        const isWorth = peak.gain.mean > leastGain
        const draft = isWorth ? () => draftOf({ evidence, module, instance, calls: own, peak }) : null
        candidates.push({ pValue: peak.gain.pAbove, draft })
      }
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No instance was seen both near its limit and well below it often enough.' }
  },
}

function findPeak(calls: readonly Call[], capacity: number): Peak | null {
  const levels = levelsOf(calls)
  const full = levels.findLast(({ atOnce }) => atOnce >= nearLimit * capacity)
  const below = levels.filter(({ atOnce }) => atOnce <= farBelow * capacity)
  const best = below.toSorted((a, b) => throughputOf(b) - throughputOf(a))[0]
  if (!full || !best) return null
  const gain = estimateMean(gainsBySpan(best, full), leastGain)
  return gain && { best, full, gain }
}

/** By exact number of calls at once while there are enough of it, else by neighbours together. */
function levelsOf(calls: readonly Call[]): Level[] {
  const known = calls
    .filter(({ inFlight }) => inFlight !== null)
    .toSorted((a, b) => (a.inFlight ?? 0) - (b.inFlight ?? 0))
  const levels: Level[] = []
  for (const [inFlight, its] of Map.groupBy(known, call => call.inFlight ?? 0)) {
    if (its.length < leastPerLevel) continue
    levels.push({ atOnce: inFlight + 1, meanMs: Math.max(1, meanOf(its.map(call => call.durationMs))), calls: its })
  }
  return levels
}

function throughputOf({ atOnce, meanMs }: Level): number {
  return atOnce / meanMs
}

function gainsBySpan(best: Level, full: Level): number[] {
  const others = bySpan(full.calls)
  const gains: number[] = []
  for (const [span, its] of bySpan(best.calls)) {
    const other = others.get(span) ?? []
    if (its.length < leastPerSpan || other.length < leastPerSpan) continue
    const of = (level: Level, calls: readonly Call[]) =>
      Math.log(level.atOnce / Math.max(1, meanOf(calls.map(call => call.durationMs))))
    gains.push(of(best, its) - of(full, other))
  }
  return gains
}

function draftOf(found: {
  evidence: FleetEvidence
  module: ModuleRecord
  instance: InstanceRecord
  calls: readonly Call[]
  peak: Peak
}): FindingDraft {
  const { evidence, module, instance, calls, peak } = found
  const { best, full, gain } = peak
  const subject = ofInstance(module, instance.id)
  const perHour = (level: Level) => throughputOf(level) * 3_600_000
  const from = perHour(full)
  return {
    direction: 'fewer',
    title: `Give ${subject.name} at most ${best.atOnce} calls at once instead of ${instance.capacity}: with more it gets less done.`,
    subject,
    act: {
      kind: 'change',
      change: { kind: 'instance_capacity', moduleId: module.id, instanceId: instance.id, capacity: best.atOnce },
    },
    evidence: [
      {
        name: `Mean call with ${full.atOnce} at once`,
        value: full.meanMs,
        unit: 'ms',
        sampleSize: full.calls.length,
        comparedTo: { name: `With ${best.atOnce} at once`, value: best.meanMs },
      },
      {
        name: `Throughput with ${best.atOnce} at once, times that with ${full.atOnce}`,
        value: Math.exp(gain.mean),
        unit: 'times',
        sampleSize: gain.size,
        low: Math.exp(gain.low),
        high: Math.exp(gain.high),
      },
    ],
    series: [
      {
        name: 'Calls done per hour',
        unit: 'per_hour',
        axis: 'label',
        axisName: 'calls at once',
        points: levelsOf(calls)
          .slice(-48)
          .map(level => ({ x: String(level.atOnce), y: perHour(level) })),
      },
    ],
    expected: [
      {
        measure: 'full_throughput',
        of: subject,
        unit: 'per_hour',
        from,
        to: from * Math.exp(gain.mean),
        low: from * Math.exp(gain.low),
        high: from * Math.exp(gain.high),
        better: 'higher',
      },
    ],
    reach: reachOf(evidence, calls),
    spans: { showing: gain.size, of: bySpan(full.calls).size },
  }
}
