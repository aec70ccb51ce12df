import type { InstanceRecord } from './module-record.ts'

/**
 * The one spelling of an endpoint that has passed the endpoint check: origin in lower case without default port, path
 * without trailing slashes.
 */
export function normalizeEndpoint(endpoint: string): string {
  const url = new URL(endpoint)
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}

/**
 * The id of the instance behind a normalized endpoint: FNV-1a of 64 bits in base 36. The same endpoint has the same id
 * after every restart and re-registration, so its breaker, load and history go on.
 */
export function instanceIdOf(endpoint: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(endpoint)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return `i-${hash.toString(36).padStart(13, '0')}`
}

/** Instances as every list of them is ordered: by endpoint, by code units. */
export function inOrder(instances: readonly InstanceRecord[]): InstanceRecord[] {
  return instances.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : a.endpoint > b.endpoint ? 1 : 0))
}
