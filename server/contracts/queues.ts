import { z } from 'zod'
import { moduleIdSchema, reasonSchema, taskTypeSchema } from './common.ts'

export type PauseScope = 'all' | 'module' | 'type'

/** Which part of the queue is held back or let go on: all of it, the work of one module, or the tasks of one type; and why. */
export const changePauseInput = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('all'), reason: reasonSchema }),
  z.strictObject({ scope: z.literal('module'), id: moduleIdSchema, reason: reasonSchema }),
  z.strictObject({ scope: z.literal('type'), id: taskTypeSchema, reason: reasonSchema }),
])
export type ChangePause = z.output<typeof changePauseInput>

/** A part of the queue that an operator holds back. */
export interface PauseView {
  scope: PauseScope
  /** The module or task type; null for all. */
  id: string | null
  reason: string
  by: string
  at: string
}
