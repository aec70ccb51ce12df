import {
  acknowledgeAlertsInput,
  alertIdInput,
  listAlertsInput,
  listSilencesInput,
  setRuleInput,
  silenceIdInput,
  silenceInput,
} from '../../contracts/alerts.ts'
import { procedure, procedureWithoutInput, router } from '../trpc.ts'
import { wholePage } from '../whole-page.ts'

const read = { role: 'viewer', scope: 'stats:read' } as const
const act = { role: 'operator', scope: 'modules:write' } as const

export const alertsRouter = router({
  list: procedure(read)
    .input(listAlertsInput)
    .query(({ ctx, input }) => ctx.operations.alerts.list(ctx.tenantId, input)),
  get: procedure(read)
    .input(alertIdInput)
    .query(({ ctx, input }) => ctx.operations.alerts.get(ctx.tenantId, input.id)),
  stats: procedureWithoutInput(read).query(({ ctx }) => ctx.operations.alerts.stats(ctx.tenantId)),
  acknowledge: procedure(act)
    .input(acknowledgeAlertsInput)
    .mutation(({ ctx, input }) => ctx.operations.alerts.acknowledge(ctx.by, input)),
  rules: procedureWithoutInput(read).query(({ ctx }) => wholePage(ctx.operations.alerts.rules(ctx.tenantId))),
  setRule: procedure(act)
    .input(setRuleInput)
    .mutation(({ ctx, input }) => ctx.operations.alerts.setRule(ctx.by, input)),
  silences: procedure(read)
    .input(listSilencesInput)
    .query(({ ctx, input }) => ctx.operations.alerts.silences(ctx.tenantId, input)),
  silence: procedure(act)
    .input(silenceInput)
    .mutation(({ ctx, input }) => ctx.operations.alerts.silence(ctx.by, input)),
  unsilence: procedure(act)
    .input(silenceIdInput)
    .mutation(({ ctx, input }) => ctx.operations.alerts.unsilence(ctx.by, input.id)),
})
