import { createHash, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Failure, fingerprintOf, normalizeMessage } from './fingerprint.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const fingerprint = (failure: Failure) => fingerprintOf(digest, failure)

/** Words of a message that stand for its cause; none looks like something particular. */
const words = fc.array(
  fc.constantFrom('connection', 'refused', 'by', 'peer', "doesn't", 'parse', 'field', 'and/or', 'at'),
  {
    minLength: 1,
    maxLength: 8,
  },
)

/** Something particular to one occurrence, of each kind that messages hold. */
const particulars: Record<string, fc.Arbitrary<string>> = {
  uuid: fc.uuid(),
  'bare uuid': fc.uuid().map(id => id.replaceAll('-', '')),
  number: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String),
  timestamp: fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map(date => date.toISOString()),
  'quoted value': fc.stringMatching(/^[a-zA-Z0-9 .,/-]{0,20}$/).map(text => `"${text}"`),
  'single-quoted value': fc.stringMatching(/^[a-zA-Z0-9 .,/-]{0,20}$/).map(text => `'${text}'`),
  path: fc
    .array(fc.stringMatching(/^[a-z0-9_.-]{1,8}$/), { minLength: 1, maxLength: 5 })
    .map(parts => `/${parts.join('/')}`),
  url: fc.tuple(fc.domain(), fc.nat(65_535)).map(([host, port]) => `https://${host}:${port}/tasks?of=${port}`),
  address: fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([ip, port]) => `${ip}:${port}`),
  'generated id': fc.stringMatching(/^[a-z]{2,4}_[a-z0-9]{4}[0-9][a-z0-9]{5}$/),
}

describe('the same cause has the same fingerprint whatever is particular to an occurrence', () => {
  test.each(Object.entries(particulars))('a %s', (_kind, particular) => {
    fc.assert(
      fc.property(words, words, particular, particular, (before, after, one, other) => {
        const message = (value: string) => [...before, value, ...after].join(' ')
        const of = (value: string) => fingerprint({ type: 't', code: 'C', message: message(value) })
        expect(of(one)).toBe(of(other))
      }),
    )
  })
})

test('another code, another type or other words are another cause', () => {
  const parts = fc.tuple(fc.constantFrom('a.b', 'c.d'), fc.constantFrom('X', 'Y'), words)
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const of = ([type, code, message]: typeof one) => fingerprint({ type, code, message: message.join(' ') })
      expect(of(one) === of(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    }),
  )
})

test('any text at all has a fingerprint, and its normal form is one short line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), message => {
      expect(fingerprint({ type: 't', code: 'C', message })).toMatch(/^[0-9a-f]{16}$/)
      expect(normalizeMessage(message).length).toBeLessThanOrEqual(300)
      expect(normalizeMessage(message)).not.toMatch(/\n/)
    }),
  )
  for (const nasty of ['/', 'a.', "'", '1-', 'a/', '[', '{"', '0:', 'x@a.']) {
    // A pattern that backtracks would run into the time-out of the test.
    expect(normalizeMessage(nasty.repeat(2_000)).length).toBeLessThanOrEqual(300)
  }
})

test.each([
  ['No answer within 3000 ms.', 'No answer within <n> ms.'],
  [`task ${randomUUID()} of user 42 failed`, 'task <id> of user <n> failed'],
  [`Unexpected token 'g', "garbage an"... is not valid JSON`, 'Unexpected token <value>, <value>... is not valid JSON'],
  ["can't read /var/lib/x/9.json: no such file", "can't read <path>: no such file"],
  ['connect ECONNREFUSED 127.0.0.1:40121', 'connect ECONNREFUSED <address>'],
  ['GET https://host.example/x?id=1 answered 503', 'GET <url> answered <n>'],
  ['since 2026-11-21T05:03:04.123Z and/or later', 'since <time> and/or later'],
  ['bad checksum 9f86d081884c7d65', 'bad checksum <id>'],
])('%s is read as %s', (message, normal) => {
  expect(normalizeMessage(message)).toBe(normal)
})
