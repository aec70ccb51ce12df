import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'

/**
 * Finds the address a request came from. `X-Forwarded-For` counts only behind a trusted proxy, and there only up to the first
 * address, from the right, that is not a trusted proxy itself.
 */
export function createClientAddress(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = trustedProxies.map(toRange)
  const isTrusted = (address: string) => {
    const parsed = parse(address)
    return parsed !== null && trusted.some(range => parsed.kind() === range[0].kind() && parsed.match(range))
  }
  return request => {
    let address = request.socket.remoteAddress ?? 'unknown'
    const hops = (request.headers['x-forwarded-for']?.toString() ?? '').split(',').map(hop => hop.trim())
    while (isTrusted(address) && hops.length > 0) {
      const hop = hops.pop()
      if (hop === undefined || !ipaddr.isValid(hop)) break
      address = hop
    }
    return networkOf(address)
  }
}

/** IPv6 clients own at least a /64, so all of it counts as one; IPv4 addresses stand for themselves. */
function networkOf(address: string): string {
  const parsed = parse(address)
  if (parsed === null) return address
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const first = parsed.toByteArray().slice(0, 8)
  return `${ipaddr.fromByteArray([...first, ...Array<number>(8).fill(0)]).toString()}/64`
}

function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(address) ? ipaddr.process(address) : null
}

function toRange(network: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (network.includes('/')) return ipaddr.parseCIDR(network)
  const address = ipaddr.process(network)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
