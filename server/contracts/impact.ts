import { z } from 'zod'
import { moduleIdSchema, taskTypeSchema } from './common.ts'

const instance = { moduleId: moduleIdSchema, instanceId: z.string().min(1).max(64) }
const limit = z.number().int().min(0).max(1_000_000).nullable()

/** An act that takes room for work away, as it would be done. */
export const previewImpactInput = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('disable_module'), moduleId: moduleIdSchema }),
  z.strictObject({ act: z.literal('pause_all') }),
  z.strictObject({ act: z.literal('pause_module'), moduleId: moduleIdSchema }),
  z.strictObject({ act: z.literal('pause_type'), type: taskTypeSchema }),
  z.strictObject({ act: z.literal('force_open'), ...instance }),
  /** Out of rotation, or deregistered: the room it takes away is the same. */
  z.strictObject({ act: z.literal('take_out_instance'), ...instance }),
  z.strictObject({ act: z.literal('limit_instance'), ...instance, limit: z.number().int().min(0).max(1_000_000) }),
  z.strictObject({ act: z.literal('limit_module'), moduleId: moduleIdSchema, limit }),
  z.strictObject({ act: z.literal('limit_type'), type: taskTypeSchema, limit }),
  z.strictObject({ act: z.literal('limit_tenant'), limit }),
])
export type PreviewImpact = z.output<typeof previewImpactInput>

/**
 * What becomes of a type's work: it stays where it is (`fits`), goes to others that have the room (`taken_over`) or too little of
 * it (`short`), is held back (`held`), or has nowhere to go (`waits`).
 */
export const typeImpactOutcomes = ['waits', 'held', 'short', 'taken_over', 'fits'] as const
export type TypeImpactOutcome = (typeof typeImpactOutcomes)[number]

export interface TypeImpact {
  type: string
  outcome: TypeImpactOutcome
  /** Tasks of the type that are ready now, on all replicas. */
  queued: number
  running: number
  /** Of the queued ones: pinned to a module that loses all its slots, so that nobody else may run them. */
  pinned: number
  /** Calls per second that have to go elsewhere, as measured in the last minutes. */
  callsPerSecond: number
  /** Slots they need there; null when nobody knows how long such a call takes. */
  neededSlots: number | null
  /** Where they go, in the order in which they would be asked: free slots there, and how much of the work fits. */
  takenBy: { moduleId: string; freeSlots: number; callsPerSecond: number }[]
}

/** What an act would touch, shown before it is done. */
export interface ImpactPreview {
  at: string
  /** Enabled modules that need one that loses all its slots: directly, and through others. Disabling is refused while there are any. */
  dependants: { direct: string[]; indirect: string[] }
  /** Slots that can be used now and after the act, and calls under way, of each module that loses some. */
  modules: { moduleId: string; slotsBefore: number; slotsAfter: number; running: number }[]
  /** The types it touches, the worst first, at most 50. */
  types: TypeImpact[]
  /** Types beyond those. */
  moreTypes: number
  totals: { queued: number; running: number } & Record<TypeImpactOutcome, number>
  /** How the need for slots was reckoned, in words. */
  formula: string
}
