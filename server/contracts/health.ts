import { z } from 'zod'
import { moduleIdSchema, rangeRule, timestampSchema } from './common.ts'
import { instanceInput } from './instance-input.ts'
import type { HealthState } from './modules.ts'

/** Bands of the overall score: healthy >= 90, degraded >= 70, critical >= 50, emergency below. */
export const healthBands = ['healthy', 'degraded', 'critical', 'emergency'] as const
export type HealthBand = (typeof healthBands)[number]

export const healthUnhealthyInput = z.strictObject({ threshold: z.number().min(0).max(100).default(80) }).prefault({})
export const healthReportInput = z.strictObject({
  moduleId: moduleIdSchema,
  instanceId: z.string().max(64).optional(),
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  load: z.number().min(0).max(1).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
/** A sign of life that an instance sends of itself, about every 15 s; it says which it is by its id or by its endpoint. */
export const heartbeatInput = z
  .strictObject({
    moduleId: moduleIdSchema,
    instanceId: z.string().max(64).optional(),
    endpoint: instanceInput.shape.endpoint.optional(),
    status: z.enum(['healthy', 'degraded', 'unhealthy']).optional(),
    load: z.number().min(0).max(1).optional(),
  })
  .refine(
    ({ instanceId, endpoint }) => (instanceId === undefined) !== (endpoint === undefined),
    'must name the instance by instanceId or by endpoint',
  )
export type Heartbeat = z.output<typeof heartbeatInput>
export const healthHistoryInput = z
  .strictObject({ from: timestampSchema.optional(), to: timestampSchema.optional() })
  .refine(...rangeRule)
  .prefault({})

export interface HealthMember {
  id: string
  name: string
  kind: 'system' | 'module'
  score: number
  weight: number
  state: HealthState
  /** How the score was made, in words. */
  reason: string
  /** When the evidence was taken. */
  checkedAt: string | null
  /** When the evidence first said what `state` says now. */
  since: string | null
}

export interface HealthSummary {
  /** 0-100: 60 % systems + 40 % modules. */
  score: number
  status: HealthBand
  /** Since when the status has been what it is. */
  since: string
  systems: { score: number | null; members: HealthMember[] }
  modules: { score: number | null; members: HealthMember[] }
  /** Members per band of their own score. */
  breakdown: Record<HealthBand, number>
  /** Members strictly below 80, worst first. */
  unhealthy: HealthMember[]
}

export interface HealthPoint {
  at: string
  score: number
  status: HealthBand
}
