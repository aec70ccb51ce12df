import type { FindingSubject } from '../../../contracts/findings.ts'
import type { MeasureRule, ObservedCall, ObservedTask } from './measures.ts'

/** What one measure is told of. */
export interface MeasuredPart {
  of?: FindingSubject | undefined
  /** Of retries: those alone that repeat a call which failed with this code. */
  errorCode?: string | undefined
}

/**
 * The task as far as it has to do with a part: of a module or an instance with the calls of that one alone, and the wait for them. Null
 * when it has nothing to do with it.
 */
export function within(task: ObservedTask, { of, errorCode }: MeasuredPart, rule: MeasureRule): ObservedTask | null {
  if (of?.kind === 'type') return task.type === of.id ? withCalls(task, errorCode, rule) : null
  if (of === undefined) return withCalls(task, errorCode, rule)
  const calls = task.calls.filter(call => isOf(rule.callsOf === 'repeated' ? call.repeats : call, of))
  if (calls.length === 0 && rule.countsAll !== true) return null
  const waitMs = calls.reduce((sum, call) => sum + call.waitMs, 0) / Math.max(1, calls.length)
  return withCalls({ ...task, calls, waitMs }, errorCode, rule)
}

function withCalls(task: ObservedTask, errorCode: string | undefined, { callsOf }: MeasureRule): ObservedTask {
  if (errorCode === undefined || callsOf !== 'repeated') return task
  return { ...task, calls: task.calls.filter(({ repeats }) => repeats?.errorCode === errorCode) }
}

function isOf(call: Pick<ObservedCall, 'moduleId' | 'instanceId'> | null, { kind, id }: FindingSubject): boolean {
  if (call === null) return false
  return kind === 'instance' ? `${call.moduleId}/${call.instanceId}` === id : call.moduleId === id
}
