import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { queuePolicyInput } from '#server/contracts/tasks.ts'
import {
  differencesOf,
  draftOf,
  type PolicyDraft,
  type PolicyMaps,
  policyMaps,
  policyOf,
  problemOf,
  rebase,
  valueAt,
} from './policy-edit.ts'

const type = fc.constantFrom('alert', 'payment', 'report', 'cleanup', 'a.b', 'constructor')
const limit = fc.integer({ min: 1, max: 100_000 })
const policy = fc.record({
  priorities: fc.dictionary(type, fc.integer({ min: 1, max: 10 })),
  multipliers: fc.dictionary(type, fc.double({ min: 0.1, max: 10, noNaN: true })),
  typeLimits: fc.dictionary(type, limit),
  moduleLimits: fc.dictionary(fc.constantFrom('m', 'n-1'), limit),
  tenantLimit: fc.option(limit, { nil: null }),
  typeCaps: fc.dictionary(type, limit),
})
const empty: PolicyMaps = {
  ...{ priorities: {}, multipliers: {}, typeLimits: {}, moduleLimits: {}, typeCaps: {} },
  tenantLimit: null,
}
const emptyDraft: PolicyDraft = draftOf(empty)
const plain = (policy: PolicyMaps) => ({
  ...Object.fromEntries(policyMaps.map(map => [map, { ...policy[map] }])),
  tenantLimit: policy.tenantLimit,
})

describe('editing the policy of the queue', () => {
  test('a draft that nobody touched stands for the policy it was made of', () => {
    fc.assert(
      fc.property(policy, maps => {
        expect(policyOf(draftOf(maps))).toEqual(plain(maps))
      }),
    )
  })

  test('what a draft stands for, the server takes; what is found wrong, it refuses', () => {
    const text = fc.oneof(
      fc.constantFrom('1', '10', '0', '11', '2.5', '0.1', '0.05', '', 'x', ' 3 ', '-1', '1e1', 'NaN', 'Infinity'),
      fc.string(),
    )
    fc.assert(
      fc.property(text, text, text, (priority, multiplier, tenantLimit) => {
        const draft = {
          ...emptyDraft,
          typeLimits: [{ key: 'a', type: 'alert', value: priority }],
          tenantLimit,
          priorities: [{ key: 'a', type: 'alert', value: priority }],
          multipliers: [{ key: 'a', type: 'alert', value: multiplier }],
        }
        const maps = policyOf(draft)
        if (maps) expect(queuePolicyInput.safeParse({ version: 1, ...maps }).success).toBe(true)
        else {
          const asTyped = (value: string) => (value.trim() === '' ? undefined : Number(value))
          const input = {
            version: 1,
            priorities: { alert: asTyped(priority) },
            multipliers: { alert: asTyped(multiplier) },
            typeLimits: { alert: asTyped(priority) },
            tenantLimit: tenantLimit.trim() === '' ? null : Number(tenantLimit),
          }
          expect(queuePolicyInput.safeParse(input).success).toBe(false)
        }
      }),
    )
  })

  test('a type that is listed twice is found in both places', () => {
    const rows = [
      { key: '1', type: 'alert', value: '1' },
      { key: '2', type: 'alert ', value: '2' },
    ]
    expect(rows.map(row => problemOf('priorities', rows, row))).toEqual([
      { field: 'type', words: 'the type is listed twice' },
      { field: 'type', words: 'the type is listed twice' },
    ])
    expect(policyOf({ ...emptyDraft, priorities: rows })).toBeNull()
  })

  test('a type that could never be one is refused', () => {
    const row = { key: '1', type: 'No Type', value: '1' }
    expect(problemOf('priorities', [row], row)).toMatchObject({
      field: 'type',
      words: expect.stringMatching(/lower-case/),
    })
  })
})

describe('an edit that met another one', () => {
  test('differences name what was added, changed and removed', () => {
    const before = { ...empty, priorities: { alert: 1, sale: 2 } }
    const after = { ...empty, priorities: { alert: 3 }, multipliers: { video: 0.8 }, tenantLimit: 20 }
    expect(differencesOf(before, after)).toEqual([
      { map: 'priorities', type: 'alert', before: 1, after: 3 },
      { map: 'priorities', type: 'sale', before: 2, after: undefined },
      { map: 'multipliers', type: 'video', before: undefined, after: 0.8 },
      { map: 'tenantLimit', type: '', before: undefined, after: 20 },
    ])
  })

  test('saved on top of theirs it keeps all of theirs that it did not touch, and all of its own', () => {
    fc.assert(
      fc.property(policy, policy, policy, (base, mine, present) => {
        const result = rebase(base, mine, present)
        const own = new Set(differencesOf(base, mine).map(each => `${each.map} ${each.type}`))
        for (const { map, type: each, before, after } of differencesOf(present, result)) {
          expect(own.has(`${map} ${each}`), `${each} of theirs changed from ${before} to ${after}`).toBe(true)
        }
        for (const own of differencesOf(base, mine)) expect(valueAt(result, own)).toBe(own.after)
      }),
    )
  })
})
