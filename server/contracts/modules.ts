import { z } from 'zod'
import type { BreakerState } from './breakers.ts'
import { type Json, limits, moduleIdSchema, reasonSchema, taskTypeSchema } from './common.ts'
import type { DeploymentView } from './deployments.ts'
import { instanceInput } from './instance-input.ts'
import { offeredResourcesSchema } from './resource-schemas.ts'
import type { Resources } from './resources.ts'

export const balancingStrategies = ['power_of_two', 'round_robin', 'least_loaded', 'random', 'weighted'] as const
export type BalancingStrategy = (typeof balancingStrategies)[number]

/** `http` calls services by the module protocol; `local` calls functions of the server's own process. */
export const driverNames = ['http', 'local'] as const
export type DriverName = (typeof driverNames)[number]

const jsonSchema = z.record(z.string(), z.unknown())

export const capabilitySchema = z.strictObject({
  type: taskTypeSchema,
  inputSchema: jsonSchema.optional(),
  outputSchema: jsonSchema.optional(),
  /** Its work saves checkpoints and may be ended to let urgent work run; it then goes on from its last checkpoint. */
  isPreemptible: z.boolean().default(false),
})

/** A share of calls that opens a breaker, once enough calls have been seen within the window. */
const rateRule = {
  /** Opens from this share on. */
  percent: z.number().int().min(1).max(100).default(50),
  windowSeconds: z.number().int().min(1).max(3_600).default(60),
  /** Calls within the window before the share says anything. */
  minimumCalls: z.number().int().min(1).max(100_000).default(20),
}

/** Rules of a circuit breaker; defaults are the sources' figures. The rules by rate apply only where they are set. */
export const breakerConfigSchema = z
  .strictObject({
    /** Opens after this many failures in a row. */
    failureThreshold: z.number().int().min(1).max(1_000).default(5),
    /** Closes again after this many successful probes in a row. */
    successThreshold: z.number().int().min(1).max(100).default(2),
    /** How long it stays open before the first probe. */
    openMs: z.number().int().min(100).max(86_400_000).default(60_000),
    /** A call that takes longer counts as failed and is aborted. */
    callTimeoutMs: z.number().int().min(10).max(3_600_000).default(30_000),
    /** Opens when too many calls failed; null for no such rule. */
    failureRate: z.strictObject(rateRule).nullable().default(null),
    /** Opens when too many calls, failed or not, took `slowMs` or longer; null for no such rule. A slow probe then counts as failed. */
    slowCalls: z
      .strictObject({ ...rateRule, slowMs: z.number().int().min(1).max(3_600_000) })
      .nullable()
      .default(null),
  })
  .superRefine(({ callTimeoutMs, slowCalls }, context) => {
    if (slowCalls === null || slowCalls.slowMs < callTimeoutMs) return
    context.addIssue({
      code: 'custom',
      path: ['slowCalls', 'slowMs'],
      message: `must be less than the call limit of ${callTimeoutMs} ms, where a call is ended and counts as failed`,
    })
  })
export type BreakerConfig = z.output<typeof breakerConfigSchema>
export type BreakerRateRule = NonNullable<BreakerConfig['failureRate']>

/** Kinds of errors that a retry policy can name beside single codes such as `HTTP_409`. */
export const retryClasses = ['connection_error', 'timeout', 'server_error'] as const
export type RetryClass = (typeof retryClasses)[number]

/** How failed attempts are tried again; defaults are the sources' figures. */
export const retryPolicySchema = z.strictObject({
  maxAttempts: z.number().int().min(1).max(100).default(4),
  backoff: z.enum(['exponential', 'linear']).default('exponential'),
  /** Exponential: the first delay. Linear: the step; 5,000 with a cap of 15,000 waits 5, 10, then 15 s. */
  baseMs: z.number().int().min(1).max(3_600_000).default(1_000),
  factor: z.number().min(1).max(10).default(2),
  capMs: z.number().int().min(1).max(86_400_000).default(30_000),
  /** Classes and codes of errors that are tried again when the module itself does not say. */
  retryOn: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be a class or a code: letters, digits, dots, dashes and underscores'),
    )
    .max(50)
    .default([...retryClasses]),
})
export type RetryPolicy = z.output<typeof retryPolicySchema>

/** The modules that one needs. */
export const dependenciesSchema = z.array(moduleIdSchema).max(limits.dependenciesPerModule)
/** USD for an hour of a module's work. */
export const pricePerHourSchema = z.number().min(0).max(1_000_000)

const moduleFields = {
  name: z.string().trim().min(1).max(limits.nameLength),
  category: z.string().trim().min(1).max(60),
  version: z.string().trim().min(1).max(limits.versionLength),
  owner: z.string().trim().max(100).optional(),
  description: z.string().trim().max(1_000).optional(),
  driver: z.enum(driverNames).default('http'),
  /** `envelope` sends the whole request of the module protocol, `payload` the payload alone. */
  bodyStyle: z.enum(['envelope', 'payload']).default('envelope'),
  capabilities: z.array(capabilitySchema).min(1).max(limits.capabilitiesPerModule),
  dependsOn: dependenciesSchema.default([]),
  costPerHourUsd: pricePerHourSchema.default(0),
  /** What each call on one of its instances may use; only tasks that need no more run on it. */
  resources: offeredResourcesSchema.prefault({}),
  strategy: z.enum(balancingStrategies).default('power_of_two'),
  /** Rank among the services of one type: the higher, the earlier it is preferred, all else equal. */
  preference: z.number().int().min(-100).max(100).default(0),
  breaker: breakerConfigSchema.prefault({}),
  retry: retryPolicySchema.prefault({}),
}

export const registerModuleInput = z.strictObject({
  id: moduleIdSchema,
  ...moduleFields,
  instances: z.array(instanceInput).max(limits.instancesPerModule),
})
export type RegisterModule = z.output<typeof registerModuleInput>

export const updateModuleInput = z.strictObject({
  id: moduleIdSchema,
  /** The configuration version the edit was made on; another edit in between is refused with VERSION_CONFLICT. */
  configVersion: z.number().int().min(1),
  name: moduleFields.name.optional(),
  category: moduleFields.category.optional(),
  version: moduleFields.version.optional(),
  owner: moduleFields.owner,
  description: moduleFields.description,
  capabilities: moduleFields.capabilities.optional(),
  dependsOn: dependenciesSchema.optional(),
  costPerHourUsd: pricePerHourSchema.optional(),
  resources: offeredResourcesSchema.optional(),
  strategy: z.enum(balancingStrategies).optional(),
  preference: z.number().int().min(-100).max(100).optional(),
  breaker: breakerConfigSchema.optional(),
  retry: retryPolicySchema.optional(),
})
export type UpdateModule = z.output<typeof updateModuleInput>

export const moduleIdInput = z.strictObject({ id: moduleIdSchema })
export const listModulesInput = z
  .strictObject({
    category: z.string().max(60).optional(),
    owner: z.string().max(100).optional(),
    enabledOnly: z.boolean().default(false),
  })
  .prefault({})
export const enableModuleInput = z.strictObject({
  id: moduleIdSchema,
  /** Also enables what it needs, dependencies first. Without it, a disabled dependency is an error that names them. */
  withDependencies: z.boolean().default(false),
})
/** How long running calls may go on after something was taken out of service; null lets them take their time. */
const giveUpAfterMsSchema = z.number().int().min(0).max(3_600_000).nullable().default(null)
export const disableModuleInput = z.strictObject({
  id: moduleIdSchema,
  reason: reasonSchema,
  giveUpAfterMs: giveUpAfterMsSchema,
})
export type DisableModule = z.output<typeof disableModuleInput>
export const removeModuleInput = z.strictObject({ id: moduleIdSchema, reason: reasonSchema })
export const registerInstanceInput = instanceInput.extend({ moduleId: moduleIdSchema })
export type RegisterInstance = z.output<typeof registerInstanceInput>
const instanceTarget = { moduleId: moduleIdSchema, instanceId: z.string().max(64) }
export const deregisterInstanceInput = z.strictObject(instanceTarget)
export const updateInstanceInput = z.strictObject({
  ...instanceTarget,
  capacity: instanceInput.shape.capacity.unwrap().optional(),
  weight: instanceInput.shape.weight.unwrap().optional(),
  /** What the edit was made on; when it is something else by now, the edit is refused with VERSION_CONFLICT. */
  was: z.strictObject({ capacity: z.number(), weight: z.number() }).optional(),
})
export type UpdateInstance = z.output<typeof updateInstanceInput>
/** Takes an instance out of rotation: it gets no more calls, is still checked, and stays registered. */
export const takeOutInstanceInput = z.strictObject({
  ...instanceTarget,
  reason: reasonSchema,
  giveUpAfterMs: giveUpAfterMsSchema,
})
export type TakeOutInstance = z.output<typeof takeOutInstanceInput>
export const putBackInstanceInput = z.strictObject(instanceTarget)

/** How a module or instance is, by its checks and calls. `unknown` until something was seen; it may be called. */
export const healthStates = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const
export type HealthState = (typeof healthStates)[number]

/** One side of an instance's health, kept apart from the others: disabled is not unhealthy, busy is not dead. */
export interface HealthAxis {
  axis: 'administrative' | 'liveness' | 'heartbeat' | 'saturation' | 'correctness' | 'breaker'
  /** In a word: `enabled`, `up`, `62 %`, `closed`. */
  standing: string
  /** What it stands on, in words. */
  evidence: string
  /** When the evidence was taken; null when it is of now. */
  at: string | null
}

/** Why something gets no more work. Running calls go on until `giveUpAt`; without one, until they end. */
export interface TakenOut {
  reason: string
  by: string
  at: string
  giveUpAt: string | null
}

export interface InstanceView {
  id: string
  endpoint: string
  capacity: number
  weight: number
  /** What it runs. */
  version: string
  /** Null while it is in rotation. */
  out: TakenOut | null
  /** Part of its full share that it may get while it is new, 0.1-1; 1 when it has warmed up. */
  ramp: number
  /** Of the module's recent calls on this replica (each counts half after five minutes), 0-1; null when there was none. */
  share: number | null
  health: HealthState
  /** 0-100; null when nothing was seen yet. */
  healthScore: number | null
  healthReason: string | null
  checkedAt: string | null
  axes: HealthAxis[]
  /** Calls in flight from this replica. */
  inFlight: number
  breaker: BreakerState
  calls: number
  failures: number
  /** Mean of recent successful calls; null when there was none. */
  latencyMs: number | null
}

/** A module as lists show it. */
export interface ModuleSummary {
  id: string
  name: string
  category: string
  version: string
  owner: string | null
  enabled: boolean
  health: HealthState
  healthScore: number | null
  breaker: BreakerState
  dependsOn: string[]
  capabilities: { type: string }[]
  instances: { total: number; healthy: number }
  capacity: number
  inFlight: number
  costPerHourUsd: number
  /** Over the last five minutes on this replica. */
  recent: { calls: number; failures: number; callsPerMinute: number; p50Ms: number | null; p95Ms: number | null }
}

/** A module in full. */
export interface ModuleView extends Omit<ModuleSummary, 'instances' | 'capabilities'> {
  description: string | null
  driver: DriverName
  bodyStyle: 'envelope' | 'payload'
  capabilities: { type: string; inputSchema: Json | null; outputSchema: Json | null; isPreemptible: boolean }[]
  instances: InstanceView[]
  requiredBy: string[]
  strategy: BalancingStrategy
  /** How evenly recent calls were spread over what each instance is due: Jain's index, 1 is even; null without calls. */
  fairness: number | null
  preference: number
  resources: Resources
  breakerConfig: BreakerConfig
  retryPolicy: RetryPolicy
  configVersion: number
  registeredAt: string
  updatedAt: string
  /** Why it is disabled, and by whom; null while enabled. */
  disabled: TakenOut | null
  /** The one under way, or the last one that ended; null when there was none. */
  deployment: DeploymentView | null
}

/** The answer to a registration: the module, and this once the secret that signs our calls to it. */
export interface RegisteredModule extends ModuleView {
  /** Standard Webhooks secret, `whsec_` and base64. Give it to the module; nobody can read it again. */
  secret: string
}

/** What enabling or disabling a module would touch, shown before the click. */
export interface ModuleImpact {
  id: string
  enabled: boolean
  /** Enabled modules that need it, directly or through others; disabling is refused while `requiredBy` is not empty. */
  requiredBy: string[]
  requiredByTransitively: string[]
  /** What enabling would have to enable first, in order; ends with the module itself. */
  enableOrder: string[]
  /** Task types that no other enabled module could run any more. */
  typesLeftWithoutRoute: string[]
  /** Task types that others would take over, and which. */
  typesTakenOver: { type: string; by: string[] }[]
  queuedTasks: number
  runningTasks: number
}

export interface ModuleGraph {
  nodes: { id: string; name: string; category: string; enabled: boolean; health: HealthState; breaker: BreakerState }[]
  /** `from` needs `to`. */
  edges: { from: string; to: string }[]
}

export interface ModuleHealthSummary {
  totalModules: number
  enabled: number
  healthy: number
  degraded: number
  unhealthy: number
  unknown: number
}
