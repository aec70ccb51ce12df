import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressNotAllowedError, createAddressPolicy } from './address-policy.ts'

const strict = createAddressPolicy({ allowed: [] })

/** Resolves every name to the given addresses; to nothing when there are none. */
function resolveTo(...addresses: string[]): LookupFunction {
  return (hostname, _options, callback) => {
    if (addresses.length === 0) return callback(Object.assign(new Error(hostname), { code: 'ENOTFOUND' }), '', 0)
    callback(
      null,
      addresses.map(address => ({ address, family: isIP(address) })),
    )
  }
}

function lookUp(lookup: LookupFunction, host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, answer) => (error ? reject(error) : resolve(answer as LookupAddress[])))
  })
}

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '100.128.0.1',
    '172.32.0.1',
    '2606:4700:4700::1111',
    '64:ff9b::8.8.8.8',
  ])('that is public is allowed: %s', address => {
    expect(strict.isAllowed(address)).toBe(true)
  })

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['this host', '0.0.0.0'],
    ['this host', '::'],
    ['private', '10.1.2.3'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['cloud metadata', '169.254.169.254'],
    ['cloud metadata', '100.100.100.200'],
    ['cloud metadata', '168.63.129.16'],
    ['cloud metadata', '192.0.0.192'],
    ['cloud metadata', 'fd00:ec2::254'],
    ['link-local', '169.254.1.1'],
    ['link-local', 'fe80::1'],
    ['link-local', 'fe80::1%eth0'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '2001:db8::1'],
    ['benchmarking', '198.18.0.1'],
    ['unique local', 'fc00::1'],
    ['site local', 'fec0::1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::127.0.0.1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['local NAT64', '64:ff9b:1::10.0.0.1'],
    ['6to4', '2002:7f00:1::'],
    ['6to4', '2002:a9fe:a9fe::'],
    ['Teredo', '2001:0:7f00:1::'],
    ['unallocated', '4000::1'],
    ['no address at all', 'example.com'],
    ['no address at all', '0x7f.1'],
    ['no address at all', ''],
  ])('that is %s is refused: %s', (_kind, address) => {
    expect(strict.isAllowed(address)).toBe(false)
  })

  it('is judged the same however its IPv4 form is wrapped', () => {
    const wraps = [(v4: string) => `::ffff:${v4}`, (v4: string) => `64:ff9b::${v4}`]
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...wraps), (address, wrap) => {
        expect(strict.isAllowed(wrap(address))).toBe(strict.isAllowed(address))
      }),
    )
  })

  it('inside an allowed range is allowed, and one beside it is not', () => {
    const policy = createAddressPolicy({ allowed: ['10.1.0.0/16', 'fd12::/16', '192.168.7.7'] })
    const judge = (address: string) => policy.isAllowed(address)
    expect(['10.1.2.3', '::ffff:10.1.2.3', 'fd12::5', '192.168.7.7'].every(judge)).toBe(true)
    expect(['10.2.0.1', 'fd13::5', '192.168.7.8', '127.0.0.1'].some(judge)).toBe(false)
  })
})

it('a range that is none is refused by name', () => {
  expect(() => createAddressPolicy({ allowed: ['10.0.0.0/8', '10.0.0.0/99'] })).toThrow(
    '"10.0.0.0/99" is not an address range',
  )
})

describe('an endpoint at registration', () => {
  it.each([
    ['not a url', 'is not a URL'],
    ['ftp://modules.example.com', 'http:// or https://'],
    ['file:///etc/passwd', 'http:// or https://'],
    ['javascript:alert(1)', 'http:// or https://'],
    ['https://user:secret@modules.example.com', 'user name or password'],
    ['https://user@modules.example.com', 'user name or password'],
    ['https://modules.example.com/#x', 'fragment'],
    ['https://modules.example.com/#', 'fragment'],
    ['https://modules.example.com/?a=1', 'query'],
    ['http://modules.example.com:0', 'port 0'],
  ])('is refused with the reason: %s', async (endpoint, reason) => {
    const check = strict.checkUrl(endpoint)
    await expect(check).rejects.toMatchObject({ code: 'INVALID_ENDPOINT', message: expect.stringContaining(reason) })
  })

  it.each([
    'http://127.0.0.1',
    'http://127.1:8080',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://0x7f.1',
    'http://017700000001',
    'http://①②⑦.⓪.⓪.①',
    'http://127.0.0.1.',
    'http://[::1]:3000',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://0',
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166',
    'http://localhost',
    'http://LOCALHOST',
  ])('is refused however its local address is spelled: %s', async endpoint => {
    await expect(strict.checkUrl(endpoint)).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
  })

  it('is refused when its name resolves to private addresses alone', async () => {
    const policy = createAddressPolicy({ allowed: [], resolve: resolveTo('10.0.0.5', 'fd00::5') })
    await expect(policy.checkUrl('https://intranet.example.com')).rejects.toMatchObject({
      code: 'ADDRESS_NOT_ALLOWED',
      message: expect.not.stringContaining('10.0.0.5'),
    })
  })

  it('passes when its name resolves to a public address, or does not resolve yet', async () => {
    const known = createAddressPolicy({ allowed: [], resolve: resolveTo('93.184.216.34') })
    const unknown = createAddressPolicy({ allowed: [], resolve: resolveTo() })
    await expect(known.checkUrl('https://modules.example.com/base')).resolves.toBeUndefined()
    await expect(unknown.checkUrl('https://modules.example.com/base')).resolves.toBeUndefined()
  })
})

it('a name with public and private addresses is connected to by the public ones only', async () => {
  const policy = createAddressPolicy({ allowed: [], resolve: resolveTo('10.0.0.5', '93.184.216.34', '::1') })
  await expect(lookUp(policy.lookup, 'mixed.example.com')).resolves.toEqual([{ address: '93.184.216.34', family: 4 }])
})

it('a name with private addresses alone does not resolve', async () => {
  const policy = createAddressPolicy({ allowed: [], resolve: resolveTo('192.168.0.1') })
  await expect(lookUp(policy.lookup, 'lan.example.com')).rejects.toBeInstanceOf(AddressNotAllowedError)
})
