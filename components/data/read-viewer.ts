import { headers } from 'next/headers'
import type { Viewer } from '#server/contracts/people.ts'
import { safeReturnPath } from './safe-return-path.ts'

/**
 * The signed-in person, on the server. The HTTP server puts them in a request header once it has verified the session,
 * and strips that header from what comes from outside. Null without a session.
 */
export async function readViewer(): Promise<Viewer | null> {
  const value = (await headers()).get('x-quarterdeck-viewer')
  return value ? (JSON.parse(decodeURIComponent(value)) as Viewer) : null
}

/** The path and query that was asked for, as the HTTP server passes it on; `/` when it does not. */
export async function readRequestedPath(): Promise<string> {
  return safeReturnPath((await headers()).get('x-quarterdeck-path'))
}
