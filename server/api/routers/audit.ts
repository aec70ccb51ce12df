import { listAuditInput } from '../../contracts/audit.ts'
import { procedure, router } from '../trpc.ts'

export const auditRouter = router({
  /** Who did what, newest first. */
  list: procedure({ role: 'operator', scope: 'none' })
    .input(listAuditInput)
    .query(({ ctx, input }) => ctx.audit.list(ctx.tenantId, input)),
})
