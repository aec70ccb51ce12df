import type { InstanceRecord, ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { seriesOverTime } from '../spans.ts'
import { inService, ofInstance, reachOf } from '../subjects.ts'
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

/** No more at one go than this many times as much. */
const mostGrowth = 4

/**
 * Work waits for an instance that is full, though it answers as fast with many calls at once as with few: its limit is lower than
 * it need be. The capacity to come gives the load that was offered (Little's law) a mean use of 70 %.
 */
export const capacityAnalyzer: Analyzer = {
  id: 'capacity',
  version: 1,
  name: 'Capacity of instances',
  question: 'Does work wait for instances that could take more calls at once without getting slower?',
  needs: '200 calls on one instance, under different loads.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const module of inService(evidence)) {
      const calls = evidence.callsByModule.get(module.id) ?? []
      const byInstance = Map.groupBy(calls, ({ instanceId }) => instanceId)
      for (const instance of instancesInRotation(module)) {
        const own = byInstance.get(instance.id) ?? []
        const saturation = findSaturation(own, instance.capacity)
        if (saturation === null) continue
        const crowding = findCrowding(own)
        const hasRoom = crowding !== null && crowding.high <= flatSlope && saturation.spans.showing > 0
        const draft = hasRoom ? () => draftOf({ evidence, module, instance, calls: own, saturation, crowding }) : null
        candidates.push({ pValue: saturation.pValue, draft })
      }
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No instance had 200 calls or more in this window.' }
  },
}

function draftOf(found: {
  evidence: FleetEvidence
  module: ModuleRecord
  instance: InstanceRecord
  calls: readonly Call[]
  saturation: Saturation
  crowding: Crowding
}): FindingDraft {
  const { evidence, module, instance, calls, saturation, crowding } = found
  const { offered, spans, waitBySpan } = saturation
  const needed = Math.max(Math.ceil(offered / roomyLoad), instance.capacity + 1)
  const capacity = Math.min(needed, instance.capacity * mostGrowth, 10_000)
  const subject = ofInstance(module, instance.id)
  return {
    direction: 'more',
    title: `Let ${subject.name} take ${capacity} calls at once instead of ${instance.capacity}: work waits for it, and it is as fast when full.`,
    subject,
    act: {
      kind: 'change',
      change: { kind: 'instance_capacity', moduleId: module.id, instanceId: instance.id, capacity },
    },
    evidence: [
      ...saturationFigures(saturation, calls.length, { name: 'Capacity', value: instance.capacity }),
      crowdingFigure(crowding, calls.length),
    ],
    series: [seriesOverTime('Mean wait', 'ms', waitBySpan)],
    expected: [expectedWait(saturation, capacity, subject)],
    reach: reachOf(evidence, calls),
    spans,
  }
}
