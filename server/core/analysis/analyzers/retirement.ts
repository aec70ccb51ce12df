import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { EndedTask, FleetEvidence } from '../fleet-evidence.ts'
import { binomialAtMost } from '../statistics/tails.ts'
import { costOf, inService, ofModule, spendOf } from '../subjects.ts'

/** Of the tasks it could have run; a service with less is not needed. */
const littleWork = 0.005
const leastTasks = 200
/** Without it, so many others are still there for every type. */
const othersNeeded = 2

/**
 * A module that gets no work worth the name although there is work it could do, that nothing depends on, and without which two other
 * enabled services remain for each of its types: one to do the work and one to fall back to. p-value: the binomial tail of so few
 * calls when it is due one task in two hundred. What is never called costs nothing by the call but is there to be looked after.
 */
export const retirementAnalyzer: Analyzer = {
  id: 'retirement',
  version: 1,
  name: 'Modules to retire',
  question: 'Is there a module that gets no work though there is some, and that nobody would miss?',
  needs:
    'A module with two other enabled services for each of its types, and 200 tasks that it could have run (some 2,000 show that it is not needed).',
  analyze(evidence) {
    const candidates: Candidate[] = []
    const enabled = inService(evidence)
    for (const module of enabled) {
      if (!isDispensable(module, enabled) || module.registeredAt > evidence.from) continue
      const types = new Set(module.capabilities.map(({ type }) => type))
      const tasks = [...types].flatMap(type => evidence.tasksByType.get(type) ?? []).filter(({ isPinned }) => !isPinned)
      if (tasks.length < leastTasks) continue
      const served = (evidence.callsByModule.get(module.id) ?? []).length
      candidates.push({
        pValue: binomialAtMost(served, tasks.length, littleWork),
        draft: served <= (littleWork / 5) * tasks.length ? () => draftOf(evidence, module, tasks, served) : null,
      })
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : {
          kind: 'insufficient',
          reason: 'No module has two others beside it for each of its types, and 200 tasks it could have run.',
        }
  },
}

function isDispensable(module: ModuleRecord, enabled: readonly ModuleRecord[]): boolean {
  const others = enabled.filter(other => other !== module)
  if (others.some(({ dependsOn }) => dependsOn.includes(module.id))) return false
  return module.capabilities.every(
    ({ type }) =>
      others.filter(({ capabilities }) => capabilities.some(each => each.type === type)).length >= othersNeeded,
  )
}

function draftOf(
  evidence: FleetEvidence,
  module: ModuleRecord,
  tasks: readonly EndedTask[],
  served: number,
): FindingDraft {
  const hours = Math.max(evidence.hours, 0.01)
  const calls = evidence.callsByModule.get(module.id) ?? []
  const spent = calls.reduce((sum, { durationMs }) => sum + costOf(module, durationMs), 0)
  const whole = spendOf(evidence)
  const spans = new Set(tasks.map(({ span }) => span))
  const busy = new Set(calls.map(({ span }) => span))
  return {
    direction: 'disable',
    title: `Retire ${module.name}: it got ${served} of ${tasks.length} tasks that it could have run, and others do its work.`,
    subject: ofModule(module),
    act: { kind: 'change', change: { kind: 'module_enabled', moduleId: module.id, enabled: false } },
    evidence: [
      figure('Calls it got', served, 'calls', tasks.length, { name: 'Tasks it could have run', value: tasks.length }),
      figure('Price of an hour of its work', module.costPerHourUsd, 'usd_per_hour', served),
    ],
    expected: [
      {
        measure: 'calls_per_hour',
        of: ofModule(module),
        unit: 'per_hour',
        from: served / hours,
        to: 0,
        low: 0,
        high: 0,
        better: 'lower',
      },
      {
        measure: 'cost_usd_per_hour',
        of: ofModule(module),
        unit: 'usd_per_hour',
        from: spent / hours,
        to: 0,
        low: 0,
        high: 0,
        better: 'lower',
      },
    ],
    reach: whole > 0 ? spent / whole : 0,
    spans: { showing: spans.size - busy.size, of: spans.size },
  }
}
