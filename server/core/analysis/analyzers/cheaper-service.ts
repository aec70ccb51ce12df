import type { ConfigurationChange } from '../../../contracts/configuration-changes.ts'
import { referenceOf, serviceScore } from '../../brain/service-score.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { compareMeans, pOfShareAbove } from '../statistics/samples.ts'
import { costOf, ofModule, ofType, spendOf } from '../subjects.ts'
import { type Rival, rivalsByType, scored, weightsOf } from './rivals.ts'

const leastCalls = 100
/** What still counts as equal: three points fewer successes, a quarter longer. */
const fewerSuccesses = 0.03
const longer = Math.log(1.25)
/** Of the price of a call: the test is against the first, the finding needs the second. */
const cheaper = Math.log(0.9)
const clearlyCheaper = 0.7
const mostPreference = 100
const preferenceStep = 5

/**
 * The service that gets most of the work costs clearly more for a call than another one that is as good: no more than three points
 * fewer successes and a quarter longer (tests of non-inferiority, Agresti & Caffo and Welch on ln durations), and cheaper (Welch).
 * All three have to hold, so the p-value is the largest (Berger 1982). To come: the least preference with which the brain
 * ranks the cheaper one first; where that is not enough, the choice by cost.
 */
export const cheaperServiceAnalyzer: Analyzer = {
  id: 'cheaper-service',
  version: 2,
  name: 'Cheaper service that is as good',
  question: 'Does most work of a type go to a service though a cheaper one is as good?',
  needs: '100 calls of two services of one type; the exploration of the brain sees to those of the one behind.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const [type, [most, ...others]] of rivalsByType(evidence)) {
      if (!most || most.success.size < leastCalls) continue
      for (const other of others) {
        const isPriced = other.module.costPerHourUsd < most.module.costPerHourUsd
        if (isPriced && other.success.size >= leastCalls) candidates.push(candidateOf(evidence, type, { most, other }))
      }
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : {
          kind: 'insufficient',
          reason: 'No type has a cheaper service with 100 calls beside the one that gets most work.',
        }
  },
}

function candidateOf(evidence: FleetEvidence, type: string, { most, other }: Pair): Candidate {
  const [mostUsd, otherUsd] = [most.module.costPerHourUsd, other.module.costPerHourUsd]
  const price = otherUsd === 0 ? Number.NEGATIVE_INFINITY : Math.log(otherUsd / mostUsd)
  const slower = compareMeans(other.logDurations, most.logDurations, longer)
  const cost = compareMeans(other.logDurations, most.logDurations, cheaper - price)
  if (slower === null || cost === null) return { pValue: 1, draft: null }
  const pValue = Math.max(
    pOfShareAbove(other.success, most.success, -fewerSuccesses),
    slower.pBelow,
    otherUsd === 0 ? 0 : cost.pBelow,
  )
  const ratio = (otherUsd * other.meanMs) / (mostUsd * most.meanMs)
  const change = ratio <= clearlyCheaper ? changeOf(evidence, type, { most, other }) : null
  if (change === null) return { pValue, draft: null }
  const isEqual = Math.exp(slower.difference) <= 1.1
  return { pValue, draft: () => draftOf({ evidence, type, most, other, change, slower, isEqual }) }
}

interface Pair {
  most: Rival
  other: Rival
}

/** Null when it is ranked first already, or the choice goes by cost already. */
function changeOf(evidence: FleetEvidence, type: string, { most, other }: Pair): ConfigurationChange | null {
  if (evidence.snapshot.flags.cost_based_scheduling) return null
  const [dear, cheap] = [scored(evidence, type, most), scored(evidence, type, other)]
  const reference = referenceOf([dear, cheap])
  const weights = weightsOf(evidence, type)
  const gap = serviceScore(dear, reference, weights) - serviceScore(cheap, reference, weights)
  if (gap < 0) return null
  const points = cheap.preference + (gap / weights.preference) * 2 * mostPreference
  const preference = (Math.floor(points / preferenceStep) + 1) * preferenceStep
  if (preference > mostPreference) return { kind: 'flag', name: 'cost_based_scheduling', isOn: true }
  return { kind: 'module_preference', moduleId: other.module.id, preference }
}

function draftOf(
  found: Pair & {
    evidence: FleetEvidence
    type: string
    change: ConfigurationChange
    slower: NonNullable<ReturnType<typeof compareMeans>>
    isEqual: boolean
  },
): FindingDraft {
  const { evidence, type, most, other, change, slower, isEqual } = found
  const perCall = ({ module, meanMs }: Rival) => costOf(module, meanMs)
  const spent = most.calls.reduce((sum, { durationMs }) => sum + costOf(most.module, durationMs), 0)
  const ofAll = evidence.services
    .filter(service => service.type === type)
    .flatMap(({ module, calls }) => calls.map(({ durationMs }) => costOf(module, durationMs)))
    .reduce((sum, usd) => sum + usd, 0)
  const tasks = Math.max(1, evidence.tasksByType.get(type)?.length ?? 0)
  const priced = other.module.costPerHourUsd / most.module.costPerHourUsd
  // Tasks that go to neither of the two cost what they do.
  const perTask = (factor: number) => (ofAll - spent + spent * priced * factor) / tasks
  const whole = spendOf(evidence)
  return {
    direction: `instead_of_${most.module.id}_for_${type}`,
    title: `Prefer ${other.module.name} to ${most.module.name} for ${type}: it succeeds as often, ${isEqual ? 'as fast' : 'nearly as fast'}, for ${Math.round((100 * perCall(other)) / perCall(most))} % of the price.`,
    subject: ofModule(other.module),
    act: { kind: 'change', change },
    evidence: [
      shareFigure(`Calls of ${other.module.name} that succeeded`, other.success.size, other.success.hits),
      shareFigure(`Calls of ${most.module.name} that succeeded`, most.success.size, most.success.hits),
      {
        name: `Time of a call on ${other.module.name}, times that on ${most.module.name}`,
        value: Math.exp(slower.difference),
        unit: 'times',
        sampleSize: other.logDurations.length,
        low: Math.exp(slower.low),
        high: Math.exp(slower.high),
      },
      figure(`Cost of a call on ${other.module.name}`, perCall(other), 'usd_per_call', other.success.size, {
        name: `On ${most.module.name}`,
        value: perCall(most),
      }),
    ],
    expected: [
      {
        measure: 'cost_usd_per_task',
        of: ofType(type),
        unit: 'usd_per_task',
        from: ofAll / tasks,
        to: perTask(Math.exp(slower.difference)),
        low: perTask(Math.exp(slower.low)),
        high: perTask(Math.exp(slower.high)),
        better: 'lower',
      },
    ],
    reach: whole > 0 ? Math.min(1, ofAll / whole) : 0,
    spans: { showing: bySpan(other.calls).size, of: bySpan(most.calls).size },
  }
}
