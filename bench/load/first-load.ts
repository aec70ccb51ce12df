import { gzipSync } from 'node:zlib'

/** What a browser loads before the command center works. Bytes as they would cross the wire, compressed by gzip. */
export interface FirstLoad {
  files: number
  gzipKb: number
}

/**
 * Signs in, asks for the command center, and weighs its HTML and every script and style sheet that this names, but for the
 * polyfills that browsers which know modules do not load.
 */
export async function measureFirstLoad(url: string, person: { email: string; password: string }): Promise<FirstLoad> {
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(person),
  })
  if (!signedIn.ok) throw new Error(`signing in answered ${signedIn.status}`)
  const cookie = signedIn.headers
    .getSetCookie()
    .map(each => each.split(';')[0])
    .join('; ')
  const html = await (await fetch(url, { headers: { cookie } })).text()
  const assets = new Set(
    [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="(\/_next\/static\/[^"]+\.(?:js|css)[^"]*)"[^>]*>/g)]
      .filter(([tag]) => !/\snomodule/i.test(tag))
      .map(match => match[1]),
  )
  let bytes = gzipSync(html).length
  for (const asset of assets) {
    const body = await (await fetch(`${url}${asset}`)).arrayBuffer()
    bytes += gzipSync(Buffer.from(body)).length
  }
  return { files: assets.size, gzipKb: Math.round(bytes / 1024) }
}
