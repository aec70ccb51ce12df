import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { timedCursorSchema, timestampSchema } from '../contracts/common.ts'
import { replayEventsInput } from '../contracts/events.ts'
import { setChoicePolicyInput } from '../contracts/learning.ts'
import { spendInput } from '../contracts/stats.ts'
import { queuePolicyInput } from '../contracts/tasks.ts'
import { builtProcedures } from './app-router.ts'

type Schema = z.core.JSONSchema.JSONSchema & { additionalProperties?: unknown; items?: unknown }

/** What callers may make as large as the body of a request, by where it stands. */
function* unboundedParts(schema: Schema, at: string): Generator<string> {
  const { type, properties = {}, items, additionalProperties } = schema
  for (const choice of [schema.anyOf, schema.oneOf, schema.allOf].flatMap(each => each ?? [])) {
    yield* unboundedParts(choice as Schema, at)
  }
  for (const [name, part] of Object.entries(properties)) yield* unboundedParts(part as Schema, `${at}.${name}`)
  if (typeof items === 'object') yield* unboundedParts(items as Schema, `${at}[]`)
  if (type === 'array' && schema.maxItems === undefined) yield `${at}: a list`
  if (type === 'string' && !isBoundedText(schema)) yield `${at}: a text`
  if (typeof additionalProperties === 'object') yield `${at}: a map`
  if (Object.keys(schema).length === 0) yield `${at}: anything`
}

/** By its length, by the values it may have, or by a pattern that repeats nothing without end. */
function isBoundedText({ maxLength, enum: values, const: value, pattern }: Schema): boolean {
  if (maxLength !== undefined || values !== undefined || value !== undefined) return true
  return pattern !== undefined && !/[*+]/.test(pattern.replaceAll(/\[[^\]]*\]|\\./g, 'x'))
}

/** Bounded by their bytes and depth where they are taken in (`toStorableJson`), by their entries (below), or by names that are known. */
const boundedElsewhere = [
  'tasks.submit.payload: anything',
  'tasks.submitAndWait.payload: anything',
  'tasks.submitBatch.tasks[]: anything',
  'tasks.list.data: a map',
  'deadLetters.reprocess.payload: anything',
  'queues.setPolicy.priorities: a map',
  'queues.setPolicy.multipliers: a map',
  'queues.setPolicy.typeLimits: a map',
  'queues.setPolicy.moduleLimits: a map',
  'queues.setPolicy.typeCaps: a map',
  'queues.setPolicy.retries: a map',
  'modules.register.capabilities[].inputSchema: a map',
  'modules.register.capabilities[].outputSchema: a map',
  'modules.update.capabilities[].inputSchema: a map',
  'modules.update.capabilities[].outputSchema: a map',
  // Nothing of it is kept but 200 characters.
  'health.report.details: a map',
  'settings.setFlags.flags: a map',
  'brain.setPolicy.pins: a map',
  'brain.setPolicy.goals: a map',
]

test('every text, list and map that a caller may send is bounded', () => {
  const unbounded = [...builtProcedures].flatMap(([path, { inputs }]) => {
    const input = inputs?.[0]
    return input
      ? [...unboundedParts(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema, path)]
      : []
  })
  expect(unbounded.toSorted()).toEqual(boundedElsewhere.toSorted())
})

describe('what only a rule bounds', () => {
  const entries = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, number) => [`type-${number}`, value]))

  test.each([
    ['priorities', 1],
    ['multipliers', 1],
    ['typeLimits', 1],
    ['moduleLimits', 1],
    ['typeCaps', 1],
    ['retries', {}],
  ])('%s of the queue policy has 1,000 entries at most', (part, value) => {
    const policy = (count: number) => ({ version: 1, priorities: {}, multipliers: {}, [part]: entries(count, value) })
    expect(queuePolicyInput.safeParse(policy(1_000)).success).toBe(true)
    expect(queuePolicyInput.safeParse(policy(1_001)).success).toBe(false)
  })

  test.each([
    ['pins', 'm'],
    ['goals', 'speed'],
  ])('%s of the choice of services has 200 entries at most', (part, value) => {
    const policy = (count: number) => ({
      version: 1,
      explorationRate: 0,
      pins: {},
      goals: {},
      [part]: entries(count, value),
    })
    expect(setChoicePolicyInput.safeParse(policy(200)).success).toBe(true)
    expect(setChoicePolicyInput.safeParse(policy(201)).success).toBe(false)
  })

  test('a replay goes through 100,000 numbers at most, however few events it asks for', () => {
    expect(replayEventsInput.safeParse({ fromSeq: 5, toSeq: 100_004 }).success).toBe(true)
    expect(replayEventsInput.safeParse({ fromSeq: 5, toSeq: 100_005, types: ['alert.raised'] }).success).toBe(false)
  })
})

describe('what JavaScript or PostgreSQL cannot tell is refused as wrong input, not answered as a fault of ours', () => {
  test.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-12:00',
    '2026-11-21T12:00:00+23:59',
    `2026-11-21T12:00:00.${'0'.repeat(200)}Z`,
  ])('the moment %s', moment => {
    expect(timestampSchema.safeParse(moment).success).toBe(false)
  })

  test.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-11-21T12:00:00.123456+14:00'])(
    'but not %s',
    moment => {
      expect(timestampSchema.safeParse(moment).success).toBe(true)
    },
  )

  test('the day before 1970', () => {
    expect(spendInput.safeParse({ to: '0000-02-01' }).success).toBe(false)
    expect(spendInput.safeParse({ to: '1970-01-01' }).success).toBe(true)
  })

  test.each([
    `999999999999999.${'-'.repeat(36)}`,
    `1.${'a'.repeat(36)}`,
    '999999999999999.019ab0c4-5f0e-7c3a-9d52-0c8f5a1e7b20',
  ])('the cursor %s', cursor => {
    expect(timedCursorSchema.safeParse(cursor).success).toBe(false)
    expect(timedCursorSchema.safeParse('1763726400000.019ab0c4-5f0e-7c3a-9d52-0c8f5a1e7b20').success).toBe(true)
  })
})
