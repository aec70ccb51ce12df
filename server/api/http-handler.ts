import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Auth } from '../auth/create-auth.ts'
import type { Logger } from '../core/shared/logger.ts'
import { checkAnnouncedLength, maxBodyBytes, readBody } from './body-limit.ts'
import type { ApiServices } from './context.ts'
import { classifyUnknown } from './error-mapping.ts'
import { sendError, sendJson, setSecurityHeaders } from './http-answer.ts'
import { answerCalls } from './http-calls.ts'
import { logFailure } from './log-failure.ts'
import { readTraceparent } from './read-traceparent.ts'
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
  await answerCalls(request, response, {
    path: pathname.slice(trpcPath.length + 1),
    context: {
      ...services,
      authenticate: () => Promise.resolve(principal),
      pace: () => Promise.resolve(),
      traceparent: readTraceparent(request),
    },
    onError: (error, path) => logFailure(logger, error, path),
  })
}

async function handleSignIn(
  { auth }: HttpHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  guardSignIn(auth, request)
  checkAnnouncedLength(request, maxSignInBytes)
  const body = await readBody(request, maxSignInBytes)
  const { setCookies } = await auth.answer(request, pathname, body)
  if (setCookies.length > 0) response.setHeader('set-cookie', setCookies)
  sendJson(response, { ok: true })
}
