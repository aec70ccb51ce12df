import { breakersRouter } from './routers/breakers.ts'
import { eventsRouter } from './routers/events.ts'
import { healthRouter } from './routers/health.ts'
import { instancesRouter } from './routers/instances.ts'
import { keysRouter } from './routers/keys.ts'
import { modulesRouter } from './routers/modules.ts'
import { peopleRouter } from './routers/people.ts'
import { queuesRouter } from './routers/queues.ts'
import { routingRouter } from './routers/routing.ts'
import { sessionRouter } from './routers/session.ts'
import { statsRouter } from './routers/stats.ts'
import { tasksRouter } from './routers/tasks.ts'
import { router } from './trpc.ts'

/** Everything that can be called, by the names that other programs rely on. */
export const appRouter = router({
  tasks: tasksRouter,
  queues: queuesRouter,
  modules: modulesRouter,
  instances: instancesRouter,
  breakers: breakersRouter,
  router: routingRouter,
  health: healthRouter,
  events: eventsRouter,
  stats: statsRouter,
  people: peopleRouter,
  keys: keysRouter,
  session: sessionRouter,
})
export type AppRouter = typeof appRouter
