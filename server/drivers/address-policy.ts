import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { QuarterdeckError } from '#server/core/shared/errors.ts'

/** Where modules may live. One policy serves registration (`checkUrl`) and every connection (`isAllowed`, `lookup`). */
export interface AddressPolicy {
  /** Whether a connection to this IP address is allowed. Anything that is not an IP address is not. */
  isAllowed(address: string): boolean
  /**
   * An early check of a module's endpoint, for a clear answer at registration. Throws QuarterdeckError INVALID_ENDPOINT or
   * ADDRESS_NOT_ALLOWED. A name that does not resolve yet passes: what counts is the check at each connection.
   */
  checkUrl(endpoint: string): Promise<void>
  /** Resolves a name to its allowed addresses; fails with AddressNotAllowedError when it has none of them. */
  readonly lookup: LookupFunction
}

export interface AddressPolicyOptions {
  /** CIDR ranges or single addresses that are allowed beside public addresses. */
  allowed: readonly string[]
  /** Resolves names; the system's resolver by default. */
  resolve?: LookupFunction
}

/** A host whose address is not allowed. The message names the host as the caller wrote it, never what it resolves to. */
export class AddressNotAllowedError extends Error {
  override readonly name = 'AddressNotAllowedError'

  constructor(host: string) {
    super(`${host} is a private, local or reserved address, which this installation does not allow.`)
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

const resolveTimeoutMs = 2_000

/** Azure answers its instance metadata and guest agent here, on an address that is public by its number. */
const publicButInternal = ipaddr.parseCIDR('168.63.129.16/32')
const globalUnicastV6 = ipaddr.parseCIDR('2000::/3')
/** The well-known NAT64 prefix (RFC 6052): the last 32 bits are the IPv4 address that is really reached. */
const nat64 = ipaddr.parseCIDR('64:ff9b::/96')

/** Throws QuarterdeckError INVALID_INPUT when an entry of `allowed` is no address range. */
export function createAddressPolicy(options: AddressPolicyOptions): AddressPolicy {
  const allowed = options.allowed.map(parseRange)
  const resolve: LookupFunction = options.resolve ?? dnsLookup

  const isAllowed = (text: string): boolean => {
    const address = parseAddress(text)
    return address !== null && (allowed.some(range => matches(address, range)) || isPublic(address))
  }

  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolve(hostname, { ...lookupOptions, all: true }, (error, answer, family) => {
      if (error) return callback(error, '', 0)
      const usable = toAddresses(answer, family).filter(({ address }) => isAllowed(address))
      const [first] = usable
      if (!first) return callback(new AddressNotAllowedError(hostname), '', 0)
      if (lookupOptions.all) return callback(null, usable)
      callback(null, first.address, first.family)
    })
  }

  return {
    isAllowed,
    lookup,
    async checkUrl(endpoint) {
      const host = hostOf(parseEndpoint(endpoint))
      const refused = isIP(host) === 0 ? await resolvesOnlyToRefused(lookup, host) : !isAllowed(host)
      if (refused) {
        throw new QuarterdeckError('ADDRESS_NOT_ALLOWED', {
          message: `${host} is a private, local or reserved address, where modules may not live.`,
          action: 'Use a public address, or add the network to QUARTERDECK_ALLOWED_ENDPOINTS.',
          details: { endpoint },
        })
      }
    },
  }
}

/**
 * Reads a module's endpoint: an absolute http or https URL, with a base path if need be, and nothing else in it.
 * Throws QuarterdeckError INVALID_ENDPOINT.
 */
export function parseEndpoint(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null
  const fault = url === null ? 'is not a URL' : endpointFault(url, endpoint)
  if (url === null || fault !== null) {
    throw new QuarterdeckError('INVALID_ENDPOINT', {
      message: `The endpoint ${fault}.`,
      action: 'Give an address such as https://modules.example.com/summaries.',
    })
  }
  return url
}

/** The host to connect to: a name, or an IP address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
}

function endpointFault(url: URL, endpoint: string): string | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must start with http:// or https://'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (endpoint.includes('#')) return 'must not contain a fragment (#)'
  if (endpoint.includes('?')) return 'must not contain a query (?)'
  if (url.port === '0') return 'must not use port 0'
  return null
}

/** True when the name resolves, and to nothing that is allowed. Waits at most two seconds for the resolver. */
function resolvesOnlyToRefused(lookup: LookupFunction, host: string): Promise<boolean> {
  return new Promise(finish => {
    const timer = setTimeout(() => finish(false), resolveTimeoutMs)
    lookup(host, { all: true }, error => {
      clearTimeout(timer)
      finish(error instanceof AddressNotAllowedError)
    })
  })
}

function toAddresses(answer: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer
}

/** Null when the text is no IP address. An IPv4 address written as IPv6 becomes the IPv4 address that is reached. */
function parseAddress(text: string): Address | null {
  if (isIP(text) === 0) return null
  const address = ipaddr.process(text)
  if (!matches(address, nat64)) return address
  return ipaddr.fromByteArray(address.toByteArray().slice(12))
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || matches(address, publicButInternal)) return false
  return address.kind() === 'ipv4' || matches(address, globalUnicastV6)
}

function matches(address: Address, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

function parseRange(text: string): Range {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  const address = parseAddress(text)
  if (address) return [address, address.kind() === 'ipv4' ? 32 : 128]
  throw new QuarterdeckError('INVALID_INPUT', {
    message: `"${text}" is not an address range.`,
    action: 'Write ranges as 10.0.0.0/8 or fd00::/8.',
  })
}
