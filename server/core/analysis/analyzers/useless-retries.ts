import type { FindingAct } from '../../../contracts/findings.ts'
import { classOfError } from '../../queue/retry-policy.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { binomialAtMost } from '../statistics/tails.ts'
import { hasSucceeded, reachOf } from '../subjects.ts'
import { type RetryOwner, retriesByOwner } from './retry-owner.ts'

const leastTasks = 30
/** Retries that help fewer of their tasks are wasted; the test is against the first, the finding needs the second. */
const helpsAtMost = 0.1
const worthAtMost = 0.02
/** A class can be left out of a policy when nearly all of its retries are for the useless code. */
const nearlyAll = 0.95

/**
 * An error that no retry ever cured. Counted by task, since the retries of one task are not independent; the p-value is the binomial
 * tail of so few cured tasks when one in ten is. The policy to come leaves the error out; where its class holds errors that
 * retries do cure, only the module can say that this one is final.
 */
export const uselessRetriesAnalyzer: Analyzer = {
  id: 'useless-retries',
  version: 2,
  name: 'Retries that never succeed',
  question: 'Is there an error after which trying again never helped?',
  needs: '30 tasks that were tried again after the same error.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const { owner, retries } of retriesByOwner(evidence)) {
      for (const [code, its] of Map.groupBy(retries, ({ retryOf }) => retryOf?.errorCode ?? 'ERROR')) {
        const tasks = [...Map.groupBy(its, ({ task }) => task)].map(([task, calls]) => ({ task, calls }))
        if (tasks.length < leastTasks) continue
        const cured = tasks.filter(({ calls }) => calls.some(hasSucceeded)).length
        const isWorth = cured <= worthAtMost * tasks.length
        const found = { evidence, owner, code, retries: its, all: retries, tasks: tasks.length, cured }
        candidates.push({
          pValue: binomialAtMost(cured, tasks.length, helpsAtMost),
          draft: isWorth ? () => draftOf(found) : null,
        })
      }
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No error was followed by retries of 30 tasks in this window.' }
  },
}

function draftOf(found: {
  evidence: FleetEvidence
  owner: RetryOwner
  code: string
  retries: readonly Call[]
  all: readonly Call[]
  tasks: number
  cured: number
}): FindingDraft {
  const { evidence, owner, code, retries, all, tasks, cured } = found
  const perHour = retries.length / Math.max(evidence.hours, 0.01)
  const still = (perHour * cured) / tasks
  return {
    direction: `not_after_${code}`,
    title: `Stop trying ${owner.subject.name} again after ${code}: ${cured === 0 ? 'no retry' : 'hardly any retry'} of ${tasks} tasks helped.`,
    subject: owner.subject,
    act: actOf(owner, code, all),
    evidence: [
      shareFigure(`Tasks that a retry after ${code} cured`, tasks, cured),
      figure('Retries for nothing', retries.length, 'calls', retries.length),
    ],
    expected: [
      {
        measure: 'retries_per_hour',
        of: owner.subject,
        errorCode: code,
        unit: 'per_hour',
        from: perHour,
        to: still,
        low: 0,
        high: Math.max(still, 0.1 * perHour),
        better: 'lower',
      },
    ],
    reach: reachOf(evidence, retries),
    spans: { showing: bySpan(retries).size, of: bySpan(retries).size },
  }
}

function actOf(owner: RetryOwner, code: string, all: readonly Call[]): FindingAct {
  const { retryOn } = owner.policy
  const kind = classOfError(code)
  const ofClass = all.filter(({ retryOf }) => classOfError(retryOf?.errorCode ?? '') === kind)
  const same = ofClass.filter(({ retryOf }) => retryOf?.errorCode === code)
  const isAlone = kind !== null && same.length >= nearlyAll * ofClass.length
  const without = retryOn.filter(name => name !== code && !(isAlone && name === kind))
  const isLeftOut = !without.includes(code) && (kind === null || !without.includes(kind))
  if (without.length < retryOn.length && isLeftOut) {
    return { kind: 'change', change: owner.change({ ...owner.policy, retryOn: without }) }
  }
  const todo = `Have ${owner.subject.name} answer ${code} with "retryable": false; its retry policy covers errors that retries do cure.`
  return { kind: 'advice', todo, change: null }
}
