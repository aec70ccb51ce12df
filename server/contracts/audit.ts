import { z } from 'zod'
import { auditAreas } from './audit-areas.ts'
import { pageLimitSchema, rangeRule, timestampSchema, uuidSchema } from './common.ts'

const actorKinds = ['person', 'service', 'module', 'system'] as const

export const listAuditInput = z
  .strictObject({
    areas: z.array(z.enum(auditAreas)).max(auditAreas.length).optional(),
    /** Who did it. */
    actorKind: z.enum(actorKinds).optional(),
    /** Text in the name of who did it, the act, what it was done to, or the reason. */
    q: z.string().trim().min(1).max(100).optional(),
    /** When it was done: from this moment on, and before that one. */
    from: timestampSchema.optional(),
    to: timestampSchema.optional(),
    cursor: uuidSchema.optional(),
    limit: pageLimitSchema,
  })
  .refine(...rangeRule)
  .prefault({})
export type ListAudit = z.output<typeof listAuditInput>

/** One act, as it was kept with the change it made. */
export interface AuditView {
  id: string
  at: string
  actor: { kind: string; id: string; name: string }
  /** `<area>.<past tense>`, such as `module.disabled`. */
  action: string
  target: { kind: string; id: string }
  reason: string | null
  details: Record<string, unknown>
}
