import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createClientAddress } from './client-address.ts'

function requestFrom(remoteAddress: string, forwardedFor?: string): IncomingMessage {
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } } as unknown as IncomingMessage
}

test('without a trusted proxy nobody chooses their own address', () => {
  const addressOf = createClientAddress([])
  expect(addressOf(requestFrom('203.0.113.9', '198.51.100.1'))).toBe('203.0.113.9')
})

test('behind trusted proxies the first address that is none of them counts, whatever the client put before it', () => {
  const addressOf = createClientAddress(['10.0.0.0/8', '192.0.2.1'])
  expect(addressOf(requestFrom('10.1.2.3', '1.1.1.1, 198.51.100.7, 192.0.2.1'))).toBe('198.51.100.7')
  expect(addressOf(requestFrom('::ffff:10.1.2.3', '198.51.100.7'))).toBe('198.51.100.7')
  expect(addressOf(requestFrom('10.1.2.3', 'nonsense'))).toBe('10.1.2.3')
  expect(addressOf(requestFrom('10.1.2.3'))).toBe('10.1.2.3')
})

test('all addresses of one IPv6 network count as one client, and mapped IPv4 addresses as themselves', () => {
  const addressOf = createClientAddress([])
  expect(addressOf(requestFrom('2001:db8:1:2::1'))).toBe(addressOf(requestFrom('2001:db8:1:2:ffff::9')))
  expect(addressOf(requestFrom('2001:db8:1:2::1'))).not.toBe(addressOf(requestFrom('2001:db8:1:3::1')))
  expect(addressOf(requestFrom('::ffff:203.0.113.9'))).toBe('203.0.113.9')
})
