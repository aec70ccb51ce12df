import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { isRetryable, retryPolicyOf } from '../queue/retry-policy.ts'
import { draw } from './draw.ts'
import type { RecordedAttempt, RecordedHistory, RecordedTask } from './recorded-history.ts'

/** What a call will come to. */
export type ModelledCall =
  | { kind: 'succeeded'; durationMs: number }
  | { kind: 'failed'; durationMs: number; code: string; retryable: boolean | null }
  /** It gives no answer at all: whoever called ends it. */
  | { kind: 'hangs' }

/** A call that is to be modelled. */
export interface CallQuestion {
  /** Place of the task in the history. */
  index: number
  type: string
  moduleId: string
  /** Which call of this task on this module it is, from 0. */
  nth: number
  /** When it is made, in ms since the epoch. */
  at: number
  /** Other calls in flight on the instance. */
  inFlight: number
}

interface Sample {
  at: number
  level: number
  call: ModelledCall
}

/** Calls of one type on one module: all of them by time, and the durations of those that succeeded, by load level, sorted. */
interface Distribution {
  samples: Sample[]
  durations: Map<number, number[]>
  /** The highest of its load levels. */
  highest: number
}

/** A recorded outcome stands for the same call only when it is made about when it was: an outage has an end. */
const sameTimeMs = 60_000
/** Recorded calls nearest in time that one is drawn from. */
const neighbours = 32
/** A load level with fewer successful calls says nothing of its own. */
const leastPerLevel = 100
const unknownMs = 1_000

/**
 * What calls came to, as recorded. The same task on the same module at about the same time comes to what it came to. Otherwise
 * the outcome is drawn from the recorded calls of that type on that module that are nearest in time, and a task that succeeded
 * there keeps its own duration. A duration recorded under another load keeps its place in the distribution: what took as long
 * as the 90th percentile then takes the 90th percentile of the load it meets now.
 */
export class CallModel {
  readonly #history: RecordedHistory
  readonly #snapshot: ConfigurationSnapshot
  readonly #seed: number
  readonly #distributions = new Map<string, Map<string, Distribution>>()
  /** Calls whose module had never run their type. */
  assumed = 0
  /** Calls under more load than was ever recorded there. */
  beyondLoad = 0
  calls = 0

  /** `snapshot` is the configuration that the history was recorded under. */
  constructor(history: RecordedHistory, snapshot: ConfigurationSnapshot, seed: number) {
    this.#history = history
    this.#snapshot = snapshot
    this.#seed = seed
    for (const task of history.tasks) this.#take(task)
    for (const byModule of this.#distributions.values()) for (const each of byModule.values()) sortDistribution(each)
  }

  ask(question: CallQuestion): ModelledCall {
    this.calls++
    const { index, type, moduleId, at } = question
    const own = this.#recordedCall(question)
    if (own && Math.abs(at - own.at) <= sameTimeMs) return this.#underLoad(own, question)
    const distribution = this.#distributionOf(type, moduleId)
    if (!distribution) return own?.call ?? { kind: 'succeeded', durationMs: unknownMs }
    const near = nearest(distribution.samples, at, draw(this.#seed, index, question.nth))
    const isSteady = near.call.kind === 'succeeded' && own?.call.kind === 'succeeded'
    return this.#underLoad(isSteady ? own : near, question)
  }

  /** What the task's own call on this module came to, when there was one. */
  #recordedCall({ index, moduleId, nth }: CallQuestion): Sample | null {
    const task = this.#history.tasks[index]
    if (!task) return null
    let seen = 0
    for (const [place, attempt] of task.attempts.entries()) {
      if (attempt.moduleId !== moduleId || seen++ !== nth) continue
      const call = this.#callOf(task, attempt, place)
      return call && { at: attempt.dispatchedAt, level: levelOf(attempt.inFlight ?? 0), call }
    }
    return null
  }

  #underLoad({ call, level }: Sample, { type, moduleId, inFlight }: CallQuestion): ModelledCall {
    if (call.kind !== 'succeeded') return call
    const now = levelOf(inFlight)
    if (now === level) return call
    const distribution = this.#distributions.get(type)?.get(moduleId)
    if (!distribution) return call
    const { durations, highest } = distribution
    if (now > highest) this.beyondLoad++
    const [from, to] = [durations.get(level), durations.get(now)]
    if (!from || !to || from.length < leastPerLevel || to.length < leastPerLevel) return call
    const share = rankIn(from, call.durationMs) / from.length
    return {
      kind: 'succeeded',
      durationMs: to[Math.min(to.length - 1, Math.floor(share * to.length))] ?? call.durationMs,
    }
  }

  /** Of the module when it ever ran the type, else of the module that ran it most. */
  #distributionOf(type: string, moduleId: string): Distribution | null {
    const byModule = this.#distributions.get(type)
    const own = byModule?.get(moduleId)
    if (own) return own
    this.assumed++
    const others = [...(byModule?.values() ?? [])]
    return others.toSorted((a, b) => b.samples.length - a.samples.length)[0] ?? null
  }

  #take(task: RecordedTask): void {
    for (const [place, attempt] of task.attempts.entries()) {
      const call = this.#callOf(task, attempt, place)
      if (!call) continue
      const byModule = getOrAdd(this.#distributions, task.type, () => new Map<string, Distribution>())
      const distribution = getOrAdd(byModule, attempt.moduleId, () => ({
        samples: [],
        durations: new Map(),
        highest: Number.NEGATIVE_INFINITY,
      }))
      const level = levelOf(attempt.inFlight ?? 0)
      distribution.samples.push({ at: attempt.dispatchedAt, level, call })
      if (call.kind !== 'succeeded') continue
      getOrAdd(distribution.durations, level, () => []).push(call.durationMs)
      distribution.highest = Math.max(distribution.highest, level)
    }
  }

  /** Null for calls that we ended ourselves: nobody knows what they would have come to. */
  #callOf(task: RecordedTask, attempt: RecordedAttempt, place: number): ModelledCall | null {
    const durationMs = Math.max(0, attempt.endedAt - attempt.dispatchedAt)
    switch (attempt.outcome) {
      case 'succeeded':
        return { kind: 'succeeded', durationMs }
      case 'failed':
        return {
          kind: 'failed',
          durationMs,
          code: attempt.errorCode ?? 'ERROR',
          retryable: this.#said(task, attempt, place),
        }
      case 'timed_out':
        return { kind: 'hangs' }
      default:
        return null
    }
  }

  /** What a module said of an error is not kept: it shows where it was tried again, or not, against the policy. */
  #said(task: RecordedTask, { moduleId, errorCode }: RecordedAttempt, place: number): boolean | null {
    const module = this.#snapshot.modules.find(({ id }) => id === moduleId)
    if (!module) return null
    const policy = retryPolicyOf(this.#snapshot.policy.retries, task.type, module.retry)
    const byPolicy = isRetryable(policy, { code: errorCode ?? '', saidRetryable: null })
    const wasTried = place < task.attempts.length - 1
    if (wasTried) return byPolicy ? null : true
    return task.endReason === 'NOT_RETRYABLE' && byPolicy ? false : null
  }
}

/** 0, 1, 2 to 3, 4 to 7 and so on are one level each. */
function levelOf(inFlight: number): number {
  return 32 - Math.clz32(inFlight)
}

/** One of the samples around a time; `drawn` in [0, 1) says which. */
function nearest(samples: readonly Sample[], at: number, drawn: number): Sample {
  let low = 0
  let high = samples.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((samples[middle] as Sample).at < at) low = middle + 1
    else high = middle
  }
  const count = Math.min(neighbours, samples.length)
  const start = Math.min(Math.max(0, low - count / 2), samples.length - count)
  return samples[Math.floor(start + drawn * count)] as Sample
}

/** How many of the sorted values are smaller. */
function rankIn(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function sortDistribution({ samples, durations }: Distribution): void {
  samples.sort((a, b) => a.at - b.at)
  for (const each of durations.values()) each.sort((a, b) => a - b)
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
