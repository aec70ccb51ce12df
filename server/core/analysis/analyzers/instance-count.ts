import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { seriesOverTime } from '../spans.ts'
import { inService, ofModule, reachOf } from '../subjects.ts'
import {
  type Crowding,
  findCrowding,
  findSaturation,
  flatSlope,
  instancesInRotation,
  roomyLoad,
  type Saturation,
} from './saturation.ts'
import { crowdingFigure, expectedWait, saturationFigures } from './saturation-figures.ts'

/**
 * Work waits for a module whose instances are full, and it is not known that they would be as fast with more calls at once: it needs
 * more instances. As many as give the load that was offered (Little's law) a mean use of 70 %.
 */
export const instanceCountAnalyzer: Analyzer = {
  id: 'instance-count',
  version: 1,
  name: 'Number of instances',
  question: 'Does work wait for a module whose instances are full and would get slower with more calls at once?',
  needs: '200 calls on one module.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const module of inService(evidence)) {
      const calls = evidence.callsByModule.get(module.id) ?? []
      const instances = instancesInRotation(module)
      const capacity = capacityOf(evidence, module)
      const saturation = instances.length > 0 ? findSaturation(calls, capacity) : null
      if (saturation === null) continue
      const crowding = findCrowding(calls)
      const isFull = saturation.spans.showing > 0 && (crowding === null || crowding.high > flatSlope)
      const draft = isFull ? () => draftOf({ evidence, module, calls, saturation, crowding, capacity }) : null
      candidates.push({ pValue: saturation.pValue, draft })
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No module had 200 calls or more in this window.' }
  },
}

/** Of its instances in rotation. What a limit of the operator keeps from being used is not wanting instances. */
function capacityOf({ snapshot }: FleetEvidence, module: ModuleRecord): number {
  const capacity = instancesInRotation(module).reduce((sum, instance) => sum + instance.capacity, 0)
  const limit = Object.hasOwn(snapshot.policy.moduleLimits, module.id) ? snapshot.policy.moduleLimits[module.id] : null
  return limit !== null && limit !== undefined && limit < capacity ? Number.POSITIVE_INFINITY : capacity
}

function draftOf(found: {
  evidence: FleetEvidence
  module: ModuleRecord
  calls: readonly Call[]
  saturation: Saturation
  crowding: Crowding | null
  capacity: number
}): FindingDraft {
  const { evidence, module, calls, saturation, crowding, capacity } = found
  const { offered, spans, waitBySpan } = saturation
  const present = instancesInRotation(module).length
  const each = capacity / present
  const subject = ofModule(module)
  const count = Math.min(Math.max(present + 1, Math.ceil(offered / roomyLoad / each)), 1_000)
  return {
    direction: 'more',
    title: `Run ${count} instances of ${module.name} instead of ${present}: work waits for it while all of them are full.`,
    subject,
    act: {
      kind: 'advice',
      todo: `Start ${count - present} more of ${module.name} and register them; each is assumed to take ${Math.round(each)} calls at once.`,
      change: { kind: 'instance_count', moduleId: module.id, count: module.instances.length + count - present },
    },
    evidence: [
      ...saturationFigures(saturation, calls.length, { name: 'Capacity of all instances', value: capacity }),
      ...(crowding ? [crowdingFigure(crowding, calls.length)] : []),
    ],
    series: [seriesOverTime('Mean wait', 'ms', waitBySpan)],
    expected: [expectedWait(saturation, count * each, subject)],
    reach: reachOf(evidence, calls),
    spans,
  }
}
