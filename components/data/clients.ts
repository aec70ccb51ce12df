'use client'

import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, type TRPCClient, wsLink } from '@trpc/client'
import type { AppRouter } from '#server/api/app-router.ts'
import { describeError, isNetworkError } from '../ui/describe-error.ts'
import { connectionEvents, readConnection } from './connection-state.ts'

const path = '/api/trpc'
const firstRetryMs = 400
const maxRetryMs = 5_000

/** What the providers of the page need. */
export interface Clients {
  queries: QueryClient
  trpc: TRPCClient<AppRouter>
}

/** Full jitter between half and all of an exponential delay, so that many open pages do not return in one instant. */
function retryDelayMs(attempt: number): number {
  const ceiling = Math.min(maxRetryMs, firstRetryMs * 2 ** attempt)
  const delay = ceiling / 2 + Math.random() * (ceiling / 2)
  connectionEvents.retrying(attempt + 1, Date.now() + delay)
  return delay
}

/** A session that ended in front of the user leads back to the sign-in and from there to this very view. */
function leaveWhenSignedOut(error: unknown) {
  if (describeError(error).code !== 'UNAUTHENTICATED') return
  const here = window.location.pathname + window.location.search
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`)
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: 'always',
        retry: (failures, error) => failures < 3 && (isNetworkError(error) || describeError(error).code === 'INTERNAL'),
      },
      mutations: { networkMode: 'always' },
    },
  })
}

function createSocketLink(queries: QueryClient) {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws'
  const client = createWSClient({
    url: `${scheme}://${window.location.host}${path}`,
    retryDelayMs,
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 3_000 },
    onOpen: () => {
      const returned = readConnection().phase === 'lost'
      connectionEvents.opened(Date.now())
      if (returned) void queries.invalidateQueries()
    },
    onClose: () => connectionEvents.closed(Date.now()),
  })
  return wsLink<AppRouter>({ client })
}

function createClients(): Clients {
  const queries = createQueryClient()
  const http = httpBatchLink<AppRouter>({ url: path })
  const inBrowser = typeof window !== 'undefined'
  const trpc = createTRPCClient<AppRouter>({
    links: inBrowser
      ? [splitLink({ condition: op => op.type === 'subscription', true: createSocketLink(queries), false: http })]
      : [http],
  })
  return { queries, trpc }
}

let ofThisPage: Clients | undefined

/** The clients: in the browser one set for the life of the page, on the server a set of its own for each request. */
export function getClients(): Clients {
  if (typeof window === 'undefined') return createClients()
  ofThisPage ??= createClients()
  return ofThisPage
}
