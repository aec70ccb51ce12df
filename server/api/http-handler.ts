import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TRPCError } from '@trpc/server'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import type { Auth } from '../auth/create-auth.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import { appRouter, builtProcedures } from './app-router.ts'
import { checkAnnouncedLength, maxBodyBytes, readBody } from './body-limit.ts'
import type { ApiServices } from './context.ts'
import { classifyError, classifyUnknown } from './error-mapping.ts'
import { errorHeaders, sendError, sendJson, setSecurityHeaders } from './http-answer.ts'
import { logFailure } from './log-failure.ts'
import { guardCall, guardSignIn } from './request-guard.ts'

export interface HttpHandlerOptions {
  services: ApiServices
  auth: Auth
  logger: Logger
  isHttps: boolean
}

export const trpcPath = '/api/trpc'
const authPath = '/api/auth'
const maxSignInBytes = 16 * 1024

/** Calls that one HTTP request may carry. */
const maxBatchSize = 100

/**
 * Answers `/api/trpc` and `/api/auth` and all below them; false when a request is not for us. Paths are compared as they were
 * sent, undecoded, and nothing below them is open but signing in and out.
 */
export function createHttpHandler(options: HttpHandlerOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const pathname = pathOf(request)
    const handle = isBelow(pathname, trpcPath) ? handleCall : isBelow(pathname, authPath) ? handleSignIn : null
    if (handle === null) return false
    setSecurityHeaders(response, options.isHttps)
    try {
      await handle(options, request, response, pathname)
    } catch (failure) {
      const error = classifyUnknown(failure)
      logFailure(options.logger, error, pathname)
      sendError(response, error)
    }
    return true
  }
}

/** The path of a request as it was sent, without the query. */
export function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? ''
}

function isBelow(pathname: string, root: string): boolean {
  return pathname === root || pathname.startsWith(`${root}/`)
}

async function handleCall(
  { services, auth, logger }: HttpHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  const principal = await guardCall(auth, request)
  checkAnnouncedLength(request, maxBodyBytes)
  const path = pathname.slice(trpcPath.length + 1)
  refuseSubscription(path)
  await nodeHTTPRequestHandler({
    router: appRouter,
    req: request,
    res: response,
    path,
    maxBodySize: maxBodyBytes,
    maxBatchSize,
    createContext: () => ({
      ...services,
      authenticate: () => Promise.resolve(principal),
      pace: () => Promise.resolve(),
    }),
    onError: failed => logFailure(logger, classifyError(failed.error, failed.path), failed.path),
    responseMeta: ({ errors }) => ({ headers: new Headers(headersFor(errors)) }),
  })
}

/** Over HTTP tRPC would answer a subscription with an endless stream that nothing watches. */
function refuseSubscription(path: string): void {
  if (builtProcedures.get(decodePath(path))?.type !== 'subscription') return
  throw new QuarterdeckError('INVALID_INPUT', {
    message: 'Subscriptions are served over the WebSocket only.',
    action: `Open a WebSocket at ${trpcPath}; docs/api.md shows how.`,
  })
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** With several calls in one request, the longest wait counts. */
function headersFor(errors: readonly TRPCError[]): Record<string, string> {
  const all = errors.map(error => errorHeaders(classifyError(error, undefined)))
  const waits = all.flatMap(headers => Number(headers['retry-after'] ?? []))
  return waits.length > 0 ? { 'retry-after': String(Math.max(...waits)) } : {}
}

async function handleSignIn(
  { auth }: HttpHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  guardSignIn(auth, request)
  const body = await readBody(request, maxSignInBytes)
  const { setCookies } = await auth.answer(request, pathname, body)
  if (setCookies.length > 0) response.setHeader('set-cookie', setCookies)
  sendJson(response, { ok: true })
}
