import type { ZodType } from 'zod'
import type { Access } from './access.ts'
import { alertsRouter } from './routers/alerts.ts'
import { auditRouter } from './routers/audit.ts'
import { brainRouter } from './routers/brain.ts'
import { breakersRouter } from './routers/breakers.ts'
import { deadLettersRouter } from './routers/dead-letters.ts'
import { deploymentsRouter } from './routers/deployments.ts'
import { eventsRouter } from './routers/events.ts'
import { healthRouter } from './routers/health.ts'
import { impactRouter } from './routers/impact.ts'
import { instancesRouter } from './routers/instances.ts'
import { invariantsRouter } from './routers/invariants.ts'
import { keysRouter } from './routers/keys.ts'
import { memoryRouter } from './routers/memory.ts'
import { modulesRouter } from './routers/modules.ts'
import { peopleRouter } from './routers/people.ts'
import { queuesRouter } from './routers/queues.ts'
import { replicasRouter } from './routers/replicas.ts'
import { routingRouter } from './routers/routing.ts'
import { sessionRouter } from './routers/session.ts'
import { settingsRouter } from './routers/settings.ts'
import { simulationsRouter } from './routers/simulations.ts'
import { statsRouter } from './routers/stats.ts'
import { applySuggestionProcedure, suggestionsRouter } from './routers/suggestions.ts'
import { tasksRouter } from './routers/tasks.ts'
import { viewsRouter } from './routers/views.ts'
import { webhooksRouter } from './routers/webhooks.ts'
import { router } from './trpc.ts'

/** Everything that can be called, by the names that other programs rely on. */
export const appRouter = router({
  tasks: tasksRouter,
  deadLetters: deadLettersRouter,
  queues: queuesRouter,
  modules: modulesRouter,
  deployments: deploymentsRouter,
  instances: instancesRouter,
  breakers: breakersRouter,
  impact: impactRouter,
  router: routingRouter,
  health: healthRouter,
  events: eventsRouter,
  stats: statsRouter,
  replicas: replicasRouter,
  settings: settingsRouter,
  simulations: simulationsRouter,
  suggestions: suggestionsRouter,
  'suggestions.apply': applySuggestionProcedure,
  brain: brainRouter,
  memory: memoryRouter,
  alerts: alertsRouter,
  webhooks: webhooksRouter,
  invariants: invariantsRouter,
  people: peopleRouter,
  keys: keysRouter,
  session: sessionRouter,
  views: viewsRouter,
  audit: auditRouter,
})
export type AppRouter = typeof appRouter

/** A procedure as tRPC keeps it, as far as others look at it. */
export interface BuiltProcedure {
  type: 'query' | 'mutation' | 'subscription'
  meta?: { access?: Access }
  inputs?: ZodType[]
}

/** Every procedure by its path, in the order of the router. */
export const builtProcedures: ReadonlyMap<string, BuiltProcedure> = new Map(
  Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: BuiltProcedure }>).map(
    ([path, { _def }]) => [path, _def],
  ),
)
