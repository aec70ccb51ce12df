import { z } from 'zod'
import { moduleIdSchema, taskTypeSchema } from './common.ts'
import { serviceGoals } from './learning.ts'
import {
  balancingStrategies,
  breakerConfigSchema,
  dependenciesSchema,
  pricePerHourSchema,
  retryPolicySchema,
} from './modules.ts'
import { offeredResourcesSchema } from './resource-schemas.ts'
import { flagNames, isPlanned, plannedRefusal } from './settings.ts'
import { typeRetryPolicySchema } from './tasks.ts'

const ofModule = { moduleId: moduleIdSchema }
const ofInstance = { ...ofModule, instanceId: z.string().min(1).max(64) }
const ofType = { taskType: taskTypeSchema }
const calls = z.number().int().min(1).max(100_000)

/**
 * One change of the configuration, as a value: it can be stored, described, tried in a simulation, applied and taken back. Null
 * takes an entry away, so that what it stood over holds again.
 */
export const configurationChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('instance_capacity'),
    ...ofInstance,
    capacity: z.number().int().min(1).max(10_000),
  }),
  z.strictObject({ kind: z.literal('instance_weight'), ...ofInstance, weight: z.number().min(0.01).max(1_000) }),
  /** More are like the first; fewer leaves the first ones. */
  z.strictObject({ kind: z.literal('instance_count'), ...ofModule, count: z.number().int().min(1).max(1_000) }),
  z.strictObject({ kind: z.literal('module_strategy'), ...ofModule, strategy: z.enum(balancingStrategies) }),
  z.strictObject({
    kind: z.literal('module_preference'),
    ...ofModule,
    preference: z.number().int().min(-100).max(100),
  }),
  z.strictObject({ kind: z.literal('module_enabled'), ...ofModule, enabled: z.boolean() }),
  z.strictObject({ kind: z.literal('module_breaker'), ...ofModule, breaker: breakerConfigSchema }),
  z.strictObject({ kind: z.literal('module_retry'), ...ofModule, retry: retryPolicySchema }),
  z.strictObject({ kind: z.literal('module_price'), ...ofModule, costPerHourUsd: pricePerHourSchema }),
  z.strictObject({ kind: z.literal('module_resources'), ...ofModule, resources: offeredResourcesSchema }),
  z.strictObject({ kind: z.literal('module_dependencies'), ...ofModule, dependsOn: dependenciesSchema }),
  z.strictObject({ kind: z.literal('module_limit'), ...ofModule, limit: calls.nullable() }),
  z.strictObject({ kind: z.literal('type_priority'), ...ofType, priority: z.number().int().min(1).max(10).nullable() }),
  z.strictObject({ kind: z.literal('type_multiplier'), ...ofType, multiplier: z.number().min(0.1).max(10).nullable() }),
  z.strictObject({ kind: z.literal('type_limit'), ...ofType, limit: calls.nullable() }),
  z.strictObject({ kind: z.literal('type_cap'), ...ofType, cap: z.number().int().min(1).max(100_000_000).nullable() }),
  z.strictObject({ kind: z.literal('type_retry'), ...ofType, retry: typeRetryPolicySchema.nullable() }),
  /** Which module gets the calls of a type as long as it can take them. */
  z.strictObject({ kind: z.literal('type_pin'), ...ofType, pinnedTo: moduleIdSchema.nullable() }),
  z.strictObject({ kind: z.literal('type_goal'), ...ofType, goal: z.enum(serviceGoals).nullable() }),
  /** Share of decisions that try another service than the best. */
  z.strictObject({ kind: z.literal('exploration_rate'), rate: z.number().min(0).max(0.1) }),
  z.strictObject({ kind: z.literal('tenant_limit'), limit: calls.nullable() }),
  z.strictObject({
    kind: z.literal('flag'),
    name: z.enum(flagNames).refine(name => !isPlanned(name), plannedRefusal),
    isOn: z.boolean(),
  }),
])
export type ConfigurationChange = z.output<typeof configurationChangeSchema>

/** A change in words: what is changed, and its value before and after. */
export interface ChangeDescription {
  subject: string
  from: string
  to: string
}
