import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { requestOrigin } from './request-origin.ts'

function judge(headers: IncomingHttpHeaders, publicOrigin: string | null = null) {
  return requestOrigin({ headers } as IncomingMessage, publicOrigin)
}

test('pages of the host that was asked are ours; of another host, port or no host at all, they are not', () => {
  const host = 'deck.local:3000'
  expect(judge({ host, origin: 'http://deck.local:3000' })).toBe('own')
  expect(judge({ host: 'DECK.local:3000', origin: 'http://deck.local:3000' })).toBe('own')
  for (const origin of [
    'http://deck.local:3001',
    'http://deck.local',
    'http://deck.local.evil.example:3000',
    'http://evil.example',
    'null',
    '',
    'deck.local:3000',
  ]) {
    expect(judge({ host, origin }), origin).toBe('foreign')
  }
})

test('behind a proxy the public origin is ours', () => {
  expect(judge({ host: '127.0.0.1:3000', origin: 'https://deck.example' }, 'https://deck.example')).toBe('own')
  expect(judge({ host: '127.0.0.1:3000', origin: 'http://deck.example' }, 'https://deck.example')).toBe('foreign')
})

test('without an origin the fetch metadata decides, and a program that is no browser states nothing', () => {
  const host = 'deck.local:3000'
  expect(judge({ host, 'sec-fetch-site': 'same-origin' })).toBe('own')
  for (const site of ['cross-site', 'same-site', 'none'])
    expect(judge({ host, 'sec-fetch-site': site })).toBe('foreign')
  expect(judge({ host })).toBe('unstated')
})
