import { describe, expect, test } from 'vitest'
import { changesOf, compareEdits, type ModuleConfig } from './config-edit.ts'

const base: ModuleConfig = {
  name: 'Licenses',
  category: 'law',
  version: '1.0.0',
  owner: '',
  description: '',
  capabilities: [{ type: 'license.detect', inputSchema: { type: 'object', required: ['text'] }, isPreemptible: false }],
  dependsOn: ['package-reader'],
  costPerHourUsd: 0.1,
  resources: { cpu: 0, memoryMb: 0 },
  strategy: 'power_of_two',
  preference: 0,
  breaker: {
    failureThreshold: 5,
    successThreshold: 2,
    openMs: 60_000,
    callTimeoutMs: 30_000,
    failureRate: null,
    slowCalls: null,
  },
  retry: { maxAttempts: 4, backoff: 'exponential', baseMs: 1_000, factor: 2, capMs: 30_000, retryOn: ['timeout'] },
}

describe('what an edit sends', () => {
  test('an edit that changes nothing sends nothing', () => {
    expect(changesOf(base, structuredClone(base))).toEqual({})
  })

  test('only changed fields are sent, nested ones as a whole', () => {
    const breaker = { ...base.breaker, failureThreshold: 3 }
    expect(changesOf(base, { ...base, breaker, preference: 5 })).toEqual({ breaker, preference: 5 })
  })

  test('the order of keys, and null in place of an absent schema, are no change', () => {
    const capabilities = [
      {
        outputSchema: null,
        inputSchema: { required: ['text'], type: 'object' },
        isPreemptible: false,
        type: 'license.detect',
      },
    ] as unknown as ModuleConfig['capabilities']
    expect(changesOf(base, { ...base, capabilities })).toEqual({})
  })

  test('the order of a list is a change', () => {
    const two = { ...base, dependsOn: ['a', 'b'] }
    expect(changesOf(two, { ...two, dependsOn: ['b', 'a'] })).toEqual({ dependsOn: ['b', 'a'] })
  })
})

describe('an edit that met another one', () => {
  test('says for each field who changed it', () => {
    const present = { ...base, owner: 'Ann', preference: 5, category: 'legal', name: 'License detector' }
    const mine = { ...base, strategy: 'weighted' as const, preference: 9, category: 'legal' }
    expect(compareEdits(base, present, mine).map(({ field, changedBy }) => [field, changedBy])).toEqual([
      ['name', 'them'],
      ['category', 'alike'],
      ['owner', 'them'],
      ['strategy', 'you'],
      ['preference', 'both'],
    ])
  })

  test('a field that the present configuration does not name counts as unchanged', () => {
    expect(compareEdits(base, {}, { preference: 9 })).toEqual([
      { field: 'preference', before: 0, theirs: 0, yours: 9, changedBy: 'you' },
    ])
  })

  test('null and empty text are the same owner', () => {
    expect(compareEdits(base, { ...base, owner: null, description: null }, base)).toEqual([])
  })
})
