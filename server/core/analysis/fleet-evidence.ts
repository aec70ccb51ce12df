import type { BreakerState } from '../../contracts/breakers.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { RecordedAttempt, RecordedTask } from '../simulator/recorded-history.ts'

/** One ended call. Times in ms since the epoch, durations in ms and never negative. */
export interface Call {
  type: string
  moduleId: string
  instanceId: string
  outcome: RecordedAttempt['outcome']
  errorCode: string | null
  /** When it was made, and ended. */
  at: number
  endedAt: number
  durationMs: number
  /** From when the task last came into the queue. */
  waitMs: number
  /** Other calls in flight on the instance when it was chosen; null when the decision does not say. */
  inFlight: number | null
  /** Which call of its task it is, from 1. */
  number: number
  /** The failed call that it repeats after a back-off; null for first calls, and for fallbacks, which follow at once. */
  retryOf: RecordedAttempt | null
  /** The longest it might have taken: the least of the task's limit and the breaker's of now. */
  limitMs: number
  /** The limit that its task came with. */
  taskLimitMs: number
  /** The span of the window it was made in. */
  span: number
  task: EndedTask
}

/** A task that has ended, with its calls in order. */
export interface EndedTask {
  type: string
  priority: number
  acceptedAt: number
  /** When it could be called for the first time: accepted, or the start it asked for. */
  dueAt: number
  deadline: number | null
  finishedAt: number
  status: RecordedTask['status']
  endReason: string | null
  isPinned: boolean
  span: number
  calls: readonly Call[]
}

/** One task type on one module. */
export interface Service {
  type: string
  module: ModuleRecord
  /** In the order they were made. */
  calls: readonly Call[]
}

/** A time in which the breaker of an instance was not closed, by what was seen and not by an operator's hand. */
export interface BreakerEpisode {
  moduleId: string
  instanceId: string
  openedAt: number
  /** Null while it was not closed by the end of the window. */
  closedAt: number | null
  /** Probes that failed before it closed. */
  failedProbes: number
  /** Why it opened, in words. */
  reason: string
  span: number
}

/** A change of a breaker's state as recorded; `at` in ms since the epoch. */
export interface RecordedBreakerChange {
  moduleId: string
  instanceId: string
  replicaId: string
  at: number
  from: BreakerState
  to: BreakerState
  reason: string
}

/**
 * What was recorded of one tenant in a window, arranged for analyzers: every ended call by service, module and type, of modules
 * that still exist. When there was more than could be read it is a sample of whole spans of ten minutes, so that what happens
 * within one (queues, outages, retries) is whole.
 */
export interface FleetEvidence {
  tenantId: string
  /** Milliseconds since the epoch; `to` is not included. */
  from: number
  to: number
  /** The configuration in force at the end of the window. */
  snapshot: ConfigurationSnapshot
  /** Part of the window that was read, 0-1. */
  sampledShare: number
  /** Hours that were read. */
  hours: number
  tasks: readonly EndedTask[]
  services: readonly Service[]
  /** By module id; modules without a call are missing. */
  callsByModule: ReadonlyMap<string, readonly Call[]>
  tasksByType: ReadonlyMap<string, readonly EndedTask[]>
  episodes: readonly BreakerEpisode[]
}
