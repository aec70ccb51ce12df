import { z } from 'zod'

/** An error as a module tells it, in an answer or a callback. Without `retryable`, the retry policy decides. */
export const moduleErrorSchema = z.object({
  code: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes and underscores'),
  message: z.string().transform(text => text.slice(0, 2_000)),
  retryable: z.boolean().optional(),
})
export type ModuleError = z.output<typeof moduleErrorSchema>
