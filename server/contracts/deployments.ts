import { z } from 'zod'
import { limits, moduleIdSchema, reasonSchema } from './common.ts'
import { instanceInput } from './instance-input.ts'

/** Shares of calls in percent that a new version takes, one after another, unless told otherwise. */
export const defaultDeploymentSteps = [5, 25, 50, 100] as const

const stepsSchema = z
  .array(z.number().int().min(1).max(100))
  .min(1)
  .max(20)
  .refine(
    steps => steps.every((step, index) => index === 0 || step > steps[index - 1]!),
    'each step must take more than the one before',
  )
  .refine(steps => steps.at(-1) === 100, 'the last step must be 100')

export const deployModuleInput = z.strictObject({
  id: moduleIdSchema,
  /** What the new instances run; no present instance may run it. */
  version: z.string().trim().min(1).max(limits.versionLength),
  instances: z
    .array(instanceInput.omit({ version: true }))
    .min(1)
    .max(limits.instancesPerModule),
  /** Percent of the calls, rising, up to 100. */
  steps: stepsSchema.default([...defaultDeploymentSteps]),
  /** Calls of the new version that have to end in a step before the next one. */
  minCalls: z.number().int().min(0).max(100_000).default(20),
  /** How long a step lasts at least. */
  minStepMs: z.number().int().min(0).max(86_400_000).default(30_000),
  /** By how much more of its calls the new version may fail than the old one, 0-1. */
  tolerance: z.number().min(0).max(1).default(0.05),
  /** How long new instances may take to be well, and old ones to finish their calls, before the deployment gives up waiting. */
  healthyWithinMs: z.number().int().min(1_000).max(86_400_000).default(300_000),
  drainWithinMs: z.number().int().min(0).max(3_600_000).default(60_000),
})
export type DeployModule = z.output<typeof deployModuleInput>

/** The module whose deployment is meant: each has at most one under way. */
export const deploymentInput = z.strictObject({ id: moduleIdSchema })
export const pauseDeploymentInput = z.strictObject({ id: moduleIdSchema, reason: reasonSchema.optional() })
/** `step`: index of the step to take; one past the last lets the old version drain. */
export const advanceDeploymentInput = z.strictObject({ id: moduleIdSchema, step: z.number().int().min(0).max(20) })
export const rollBackDeploymentInput = z.strictObject({ id: moduleIdSchema, reason: reasonSchema })

/**
 * Where a deployment is. `joining`: new instances get no calls until they are well. `stepping`: they take their share.
 * `draining`: the old ones finish. `paused`: a person holds it where it is. `stopped`: it stopped itself; the new ones get no
 * calls. `rolling_back`: the new ones finish and leave.
 */
export const deploymentStates = [
  'joining',
  'stepping',
  'draining',
  'paused',
  'stopped',
  'rolling_back',
  'completed',
  'rolled_back',
] as const
export type DeploymentState = (typeof deploymentStates)[number]

/** Calls of one version that ended during a step, on all replicas; as of a second ago. */
export interface VersionCalls {
  version: string
  isNew: boolean
  calls: number
  failures: number
  /** Of the calls of both, 0-1; null without calls. */
  share: number | null
}

export interface DeploymentView {
  id: string
  version: string
  /** What ran before it. */
  fromVersions: string[]
  state: DeploymentState
  /** Percent. */
  steps: number[]
  /** Index of the step it is at, -1 before the first. */
  step: number
  /** Part of the calls that the new version is meant to get now, 0-1. */
  share: number
  minCalls: number
  minStepMs: number
  tolerance: number
  startedBy: string
  startedAt: string
  /** When the state or the step changed last. */
  since: string
  endedAt: string | null
  /** Why it stopped, is paused or was rolled back, and who said so; null otherwise. */
  reason: string | null
  reasonBy: string | null
}

/** How a deployment goes, measured. */
export interface DeploymentProgress {
  deployment: DeploymentView
  /** Of the step it is at. */
  now: VersionCalls[]
  /** Of all its steps, the earliest first. */
  steps: { step: number; percent: number; versions: VersionCalls[] }[]
  /** What it waits for, in words; null when it waits for nothing. */
  waitingFor: string | null
}
