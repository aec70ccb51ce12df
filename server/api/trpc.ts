import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import { type Access, authorize } from './access.ts'
import type { ApiContext } from './context.ts'
import { formatError } from './error-mapping.ts'

const t = initTRPC
  .context<ApiContext>()
  .meta<{ access: Access }>()
  .create({
    errorFormatter: ({ shape, error, path }) => ({ ...shape, ...formatError(error, path) }),
    // Subscriptions go over the WebSocket only: one kind of long connection to watch and to close.
    sse: { enabled: false },
    isDev: false,
  })

export const { router } = t

/**
 * The only way to build a procedure: it declares who may call it, and the caller is checked before the input is looked at.
 * Procedures find who calls in `ctx.by`.
 */
export function procedure(access: Access) {
  return t.procedure.meta({ access }).use(async ({ ctx, path, next }) => {
    const by = await ctx.authenticate()
    try {
      authorize(by, access)
    } catch (refusal) {
      ctx.recordRefusal(by, path)
      throw refusal
    }
    return next({ ctx: { by, tenantId: by.tenantId } })
  })
}

const noInput = z.strictObject({}).prefault({})

/** A procedure that takes no input, and says so when it gets some. */
export function procedureWithoutInput(access: Access) {
  return procedure(access).input(noInput)
}
