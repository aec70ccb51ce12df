import type { ConfigurationChange } from '../../../contracts/configuration-changes.ts'
import type { InstanceRecord, ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { estimateMean, type MeanEstimate, meanOf } from '../statistics/samples.ts'
import { hasSucceeded, inService, latencyOf, ofInstance, ofModule, reachOf } from '../subjects.ts'
import { instancesInRotation } from './saturation.ts'

const leastPerSpan = 5
/** Slower than its siblings by less is not worth a change; the test is against this too. */
const leastRatio = 1.25

/**
 * An instance answers clearly slower than its siblings and yet gets as much work, because the strategy does not look (`round_robin`,
 * `random`) or is told otherwise (`weighted`). Compared span by span, so that the time of day is the same on both sides: one
 * sample t-test on differences of mean ln duration. To come: the default strategy, which looks at latency and load
 * (Mitzenmacher, The Power of Two Choices, 2001), or a weight in proportion to speed.
 */
export const balancingAnalyzer: Analyzer = {
  id: 'balancing',
  version: 1,
  name: 'Weights and strategy',
  question: 'Does a slow instance get as much work as its faster siblings?',
  needs:
    'A module with two instances and a strategy that does not look at latency; four spans of ten minutes with five successful calls on both sides.',
  analyze(evidence) {
    const candidates = inService(evidence).flatMap(module => candidatesOf(evidence, module))
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : {
          kind: 'insufficient',
          reason:
            'No module spreads calls over several instances without regard to their latency, often enough to compare them.',
        }
  },
}

function candidatesOf(evidence: FleetEvidence, module: ModuleRecord): Candidate[] {
  const instances = instancesInRotation(module)
  const { strategy } = module
  if (instances.length < 2 || strategy === 'power_of_two' || strategy === 'least_loaded') return []
  const calls = (evidence.callsByModule.get(module.id) ?? []).filter(hasSucceeded)
  return instances.flatMap(instance => {
    const own = calls.filter(({ instanceId }) => instanceId === instance.id)
    const others = calls.filter(({ instanceId }) => instanceId !== instance.id)
    const slowness = compareBySpan(own, others)
    if (slowness === null) return []
    const change = changeOf(module, instance, Math.exp(slowness.mean))
    const isWorth = slowness.mean > Math.log(leastRatio) && change !== null
    const draft = isWorth ? () => draftOf({ evidence, module, instance, calls, slowness, change }) : null
    return { pValue: slowness.pAbove, draft }
  })
}

function compareBySpan(own: readonly Call[], others: readonly Call[]): MeanEstimate | null {
  const siblings = bySpan(others)
  const differences: number[] = []
  for (const [span, its] of bySpan(own)) {
    const theirs = siblings.get(span) ?? []
    if (its.length < leastPerSpan || theirs.length < leastPerSpan) continue
    differences.push(meanLogOf(its) - meanLogOf(theirs))
  }
  return estimateMean(differences, Math.log(leastRatio))
}

function meanLogOf(calls: readonly Call[]): number {
  return meanOf(calls.map(({ durationMs }) => Math.log(Math.max(1, durationMs))))
}

/** Null when its weight already says as much. */
function changeOf(module: ModuleRecord, instance: InstanceRecord, slowness: number): ConfigurationChange | null {
  if (module.strategy !== 'weighted') {
    return { kind: 'module_strategy', moduleId: module.id, strategy: 'power_of_two' }
  }
  const siblings = instancesInRotation(module).filter(({ id }) => id !== instance.id)
  const usual = meanOf(siblings.map(({ weight }) => weight))
  const weight = Math.max(0.01, Math.round((100 * usual) / slowness) / 100)
  if (instance.weight <= weight * leastRatio) return null
  return { kind: 'instance_weight', moduleId: module.id, instanceId: instance.id, weight }
}

function draftOf(found: {
  evidence: FleetEvidence
  module: ModuleRecord
  instance: InstanceRecord
  calls: readonly Call[]
  slowness: MeanEstimate
  change: ConfigurationChange
}): FindingDraft {
  const { evidence, module, instance, calls, slowness, change } = found
  const named = ofInstance(module, instance.id)
  const times = Math.exp(slowness.mean).toFixed(1)
  const own = calls.filter(({ instanceId }) => instanceId === instance.id)
  const byWeight = change.kind === 'instance_weight'
  return {
    direction: byWeight ? 'lighter' : 'look_at_latency',
    title: byWeight
      ? `Lower the weight of ${named.name} from ${instance.weight} to ${change.weight}: it takes ${times} times as long as its siblings.`
      : `Balance ${module.name} by load and latency: ${named.name} takes ${times} times as long as its siblings and gets as much work.`,
    subject: byWeight ? named : ofModule(module),
    act: { kind: 'change', change },
    evidence: [
      {
        name: `Time of a call on ${instance.id}, times that on its siblings`,
        value: Math.exp(slowness.mean),
        unit: 'times',
        sampleSize: slowness.size,
        low: Math.exp(slowness.low),
        high: Math.exp(slowness.high),
      },
      {
        name: `Share of the calls on ${instance.id}`,
        value: own.length / calls.length,
        unit: 'share',
        sampleSize: calls.length,
      },
    ],
    expected: [expectedOf(module, calls, own, slowness)],
    reach: reachOf(evidence, calls),
    spans: { showing: slowness.size, of: bySpan(calls).size },
  }
}

/** The mean time of a task when the slow instance gets work in proportion to its speed; its siblings are as they are. */
function expectedOf(
  module: ModuleRecord,
  calls: readonly Call[],
  own: readonly Call[],
  slowness: MeanEstimate,
): FindingDraft['expected'][number] {
  const { meanMs: from } = latencyOf(calls)
  const callMs = meanOf(calls.map(({ durationMs }) => durationMs))
  const ownMs = meanOf(own.map(({ durationMs }) => durationMs))
  const others = calls.length - own.length
  const othersMs = (callMs * calls.length - ownMs * own.length) / others
  const latencyWith = (ratio: number) => {
    const count = own.length / ratio
    return Math.max(0, from - callMs + (count * ownMs + others * othersMs) / (count + others))
  }
  const ends = [slowness.low, slowness.high].map(end => latencyWith(Math.exp(end)))
  return {
    measure: 'latency_mean',
    of: ofModule(module),
    unit: 'ms',
    from,
    to: latencyWith(Math.exp(slowness.mean)),
    low: Math.min(...ends),
    high: Math.max(...ends),
    better: 'lower',
  }
}
