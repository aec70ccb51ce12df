import type { IncomingMessage } from 'node:http'

/** Where a request says it comes from: our own pages, elsewhere, or nothing was said (programs other than browsers). */
export type RequestOrigin = 'own' | 'foreign' | 'unstated'

/**
 * Judges a request by what browsers tell and scripts cannot forge: `Origin`, and `Sec-Fetch-Site` where there is none.
 * `publicOrigin` is ours as browsers see it behind a proxy; otherwise ours is whatever host was asked for.
 */
export function requestOrigin(request: IncomingMessage, publicOrigin: string | null): RequestOrigin {
  const { origin, host } = request.headers
  if (origin !== undefined) {
    if (origin === publicOrigin) return 'own'
    return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase() ? 'own' : 'foreign'
  }
  const site = request.headers['sec-fetch-site']
  if (site === undefined) return 'unstated'
  return site === 'same-origin' ? 'own' : 'foreign'
}
