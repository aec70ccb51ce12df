import { headers } from 'next/headers'
import type { Viewer } from '#server/contracts/people.ts'

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

/** A path on this site and nothing else: what a sign-in may lead back to. Everything other becomes `/`. */
export function safeReturnPath(path: string | null | undefined): string {
  const base = 'http://here.invalid'
  if (!path?.startsWith('/') || !URL.canParse(path, base)) return '/'
  const url = new URL(path, base)
  return url.origin === base && !url.pathname.startsWith('/sign-in') ? url.pathname + url.search + url.hash : '/'
}
