import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Auth } from '../auth/create-auth.ts'
import type { BreakerView } from '../contracts/breakers.ts'
import type { Viewer } from '../contracts/people.ts'
import type { DashboardView } from '../contracts/stats.ts'
import type { Operations } from '../core/operations.ts'
import type { Clock } from '../core/shared/clock.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import type { ApiServices } from './context.ts'
import { ListSequence, WholeSequence } from './feed-sequence.ts'
import { createHttpHandler } from './http-handler.ts'
import { SharedFeed } from './shared-feed.ts'
import { viewerOf } from './viewer.ts'
import { WsHandler } from './ws-handler.ts'

export interface ApiOptions {
  operations: Operations
  auth: Auth
  config: { publicUrl: string | null }
  clock: Clock
  logger: Logger
}

/** The API as the HTTP server sees it. */
export interface Api {
  /** Answers what is below `/api/trpc` and `/api/auth`; false when the request is not for the API. Never rejects. */
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Takes over an upgrade to `/api/trpc`; false when it is not for the API. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Who asks for a page; null when nobody is signed in. Throws DATABASE_UNAVAILABLE when that cannot be found out. */
  viewerOf(request: IncomingMessage): Promise<Viewer | null>
  /** Closes every WebSocket; calls already begun are answered. */
  close(): Promise<void>
}

const dashboardIntervalMs = 500
const breakersIntervalMs = 250
const repeatMs = 2_000

/** Puts the API together. Nothing runs until somebody calls. */
export function createApi({ operations, auth, config, clock, logger }: ApiOptions): Api {
  const services: ApiServices = {
    operations,
    people: auth.people,
    keys: auth.keys,
    views: auth.views,
    audit: auth.audit,
    feeds: {
      dashboard: new SharedFeed({
        compute: tenantId => operations.stats.dashboard(tenantId),
        createSequence: () => new WholeSequence<DashboardView>(),
        intervalMs: dashboardIntervalMs,
        repeatMs,
        clock,
        logger,
      }),
      breakers: new SharedFeed({
        compute: tenantId => operations.breakers.list(tenantId),
        createSequence: () => new ListSequence<BreakerView>(({ moduleId, instanceId }) => `${moduleId} ${instanceId}`),
        intervalMs: breakersIntervalMs,
        repeatMs,
        clock,
        logger,
      }),
    },
    recordRefusal: (by, procedure) => auth.refusals.record(by, procedure),
  }
  const isHttps = config.publicUrl?.startsWith('https:') ?? false
  const handleRequest = createHttpHandler({ services, auth, logger, isHttps })
  const sockets = new WsHandler({ services, auth, clock, logger })
  return {
    handleRequest,
    handleUpgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head),
    viewerOf: async request => {
      try {
        return viewerOf(await auth.authenticate(request))
      } catch (error) {
        const code = error instanceof QuarterdeckError ? error.code : null
        if (code === 'UNAUTHENTICATED' || code === 'RATE_LIMITED') return null
        throw error
      }
    },
    close: () => sockets.close(),
  }
}
