import { z } from 'zod'
import { pageLimitSchema, taskTypeSchema, uuidSchema } from './common.ts'
import { type ChangeDescription, type ConfigurationChange, configurationChangeSchema } from './configuration-changes.ts'

/** What is to be tried on recorded traffic. */
export const runSimulationInput = z.strictObject({
  /** Hours before now whose tasks are replayed. */
  windowHours: z.number().min(0.1).max(168).default(24),
  changes: z.array(configurationChangeSchema).max(10).default([]),
  /** Arrivals per recorded one, of one type or of all. */
  load: z.strictObject({ factor: z.number().min(0.1).max(10), taskType: taskTypeSchema.optional() }).optional(),
  /** The same seed on the same traffic gives the same answer. */
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
})
export type RunSimulation = z.output<typeof runSimulationInput>

export const simulationIdInput = z.strictObject({ id: uuidSchema })
export const listSimulationsInput = z
  .strictObject({ cursor: uuidSchema.optional(), limit: pageLimitSchema })
  .prefault({})
export type ListSimulations = z.output<typeof listSimulationsInput>

export const describeChangeInput = z.strictObject({ change: configurationChangeSchema })

export const simulationStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type SimulationStatus = (typeof simulationStatuses)[number]

/**
 * What is measured of a run. Times in ms; throughput in tasks that succeeded per hour of the window; shares 0-1; costs in USD, of
 * tasks that succeeded, failed or expired, as verdicts measure them.
 */
export const measureNames = [
  'wait_mean',
  'wait_p50',
  'wait_p95',
  'wait_p99',
  'run_p50',
  'run_p95',
  'run_p99',
  'latency_mean',
  'latency_p95',
  'throughput',
  'failure_share',
  'cost_usd_per_task',
  'cost_usd_per_hour',
] as const
export type MeasureName = (typeof measureNames)[number]

/** How near the simulation of what was configured comes to what was recorded. */
export interface Fidelity {
  /** 1 - the largest relative error of its terms, at least 0. */
  score: number
  verdict: 'strong' | 'fair' | 'weak'
  terms: { measure: MeasureName; recorded: number; simulated: number; error: number }[]
}

/** Why a difference is no claim: nothing was seen, or what was seen may be the simulation's own error. */
export type NoClaimReason = 'weak_backtest' | 'too_few_tasks' | 'within_noise' | 'within_backtest_error'

/** A difference between the present and the tried configuration, with its 95 % interval. */
export interface Effect {
  measure: MeasureName
  before: number
  after: number
  difference: number
  /** Null when there is too little to say how sure it is. */
  interval: [low: number, high: number] | null
  /** `none` when nothing can be claimed; then `noClaim` says why. */
  claim: 'better' | 'worse' | 'none'
  noClaim: NoClaimReason | null
}

/** The effects on one group of tasks. */
export interface GroupEffects {
  kind: 'type' | 'priority' | 'module'
  name: string
  tasksBefore: number
  tasksAfter: number
  effects: Effect[]
}

export interface SimulationResult {
  /** The window that was replayed, as recorded. */
  from: string
  to: string
  tasks: number
  /** Whole minutes that were replayed, of those in the window. */
  sampledMinutes: number
  windowMinutes: number
  seeds: number
  fidelity: Fidelity
  /** Costs are left out, here and of groups, when no call cost anything on either side. */
  effects: Effect[]
  groups: GroupEffects[]
  /** Tasks by waiting and by total time, recorded, simulated and with the change; the last bin has no upper end. */
  distributions: {
    measure: 'wait' | 'latency'
    boundsMs: number[]
    recorded: number[]
    before: number[]
    after: number[]
  }[]
  /** Shares of calls whose outcome had to be assumed: under more load than ever recorded, or of a type its module never ran. */
  beyondLoadShare: number
  assumedShare: number
  tasksPerSecond: number
}

export interface SimulationView {
  id: string
  status: SimulationStatus
  /** 0-1. */
  progress: number
  request: RunSimulation
  changes: (ChangeDescription & { change: ConfigurationChange })[]
  requestedBy: string
  createdAt: string
  finishedAt: string | null
  /** What the configuration was made of, and the version of the program: results of others cannot be compared. */
  configurationHash: string
  codeVersion: string
  result: SimulationResult | null
  error: { code: string; message: string } | null
}

export type SimulationSummary = Omit<SimulationView, 'result'> & { verdict: Fidelity['verdict'] | null }
