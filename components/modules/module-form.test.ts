import { describe, expect, test } from 'vitest'
import { registerModuleInput } from '#server/contracts/modules.ts'
import { FieldRefusal } from '../ui/contract-form.ts'
import { emptyModule, fieldsOfModuleError, type ModuleFormValues, toFigure, toRegistration } from './module-form.ts'

const filled: ModuleFormValues = {
  ...emptyModule,
  id: ' licenses ',
  name: 'Licenses',
  category: 'law',
  instances: [{ endpoint: ' http://127.0.0.1:8080 ', capacity: '4', weight: '' }],
  capabilities: [{ type: 'license.detect', inputSchema: '{"type": "object"}', outputSchema: '', isPreemptible: false }],
}

describe('the form of a module', () => {
  test('its defaults are those of the contract', () => {
    const untouched = registerModuleInput.parse(toRegistration(filled))
    const { breaker, retry, strategy, preference, costPerHourUsd, bodyStyle } = registerModuleInput.parse({
      id: 'x',
      name: 'x',
      category: 'x',
      version: '1',
      capabilities: [{ type: 'x' }],
      instances: [],
    })
    expect(untouched).toMatchObject({ breaker, retry, strategy, preference, costPerHourUsd, bodyStyle })
  })

  test('what is typed becomes what the server takes; a figure left empty gets its default', () => {
    expect(registerModuleInput.parse(toRegistration(filled))).toMatchObject({
      id: 'licenses',
      instances: [{ endpoint: 'http://127.0.0.1:8080', capacity: 4, weight: 1 }],
      capabilities: [{ type: 'license.detect', inputSchema: { type: 'object' }, isPreemptible: false }],
    })
  })

  test('a figure that is none stays as typed, so that the schema refuses it beside its field', () => {
    expect([toFigure('12'), toFigure(' 0.5 '), toFigure('x1'), toFigure(' ')]).toEqual([12, 0.5, 'x1', undefined])
    const read = registerModuleInput.safeParse(toRegistration({ ...filled, preference: 'high' }))
    expect(read.error?.issues.map(issue => issue.path.join('.'))).toEqual(['preference'])
  })

  test('a schema that is no JSON is refused at its own field', () => {
    const broken = {
      ...filled,
      capabilities: [...filled.capabilities, { type: 'b', inputSchema: '', outputSchema: '{', isPreemptible: false }],
    }
    const refusal = (() => {
      try {
        toRegistration(broken)
      } catch (error) {
        return error
      }
    })()
    expect(refusal).toBeInstanceOf(FieldRefusal)
    expect(refusal).toMatchObject({ path: 'capabilities[1].outputSchema' })
  })
})

describe('which field a refusal is about', () => {
  const two: ModuleFormValues = {
    ...filled,
    instances: ['http://127.0.0.1:1/', 'http://10.0.0.1'].map(endpoint => ({ endpoint, capacity: '1', weight: '1' })),
    capabilities: ['a', 'b'].map(type => ({ type, inputSchema: '', outputSchema: '', isPreemptible: false })),
  }
  const fieldsOf = fieldsOfModuleError(two)

  test('an address is found among the instances, also as the server normalized it', () => {
    expect(fieldsOf('ADDRESS_NOT_ALLOWED', { endpoint: 'http://10.0.0.1/' })).toEqual(['instances[1].endpoint'])
    expect(fieldsOf('INVALID_INPUT', { endpoint: 'http://127.0.0.1:1' })).toEqual(['instances[0].endpoint'])
  })

  test('an address that is not named is that of the only instance, or of nobody', () => {
    expect(fieldsOf('INVALID_ENDPOINT', {})).toEqual([])
    expect(fieldsOfModuleError(filled)('INVALID_ENDPOINT', {})).toEqual(['instances[0].endpoint'])
  })

  test('a schema is found by its type and kind', () => {
    expect(fieldsOf('INVALID_SCHEMA', { type: 'b', field: 'outputSchema' })).toEqual(['capabilities[1].outputSchema'])
    expect(fieldsOf('SCHEMA_CONFLICT', { type: 'a', moduleId: 'other' })).toEqual(['capabilities[0].inputSchema'])
    expect(fieldsOf('SCHEMA_CONFLICT', { type: 'gone' })).toEqual([])
  })

  test('dependencies and the id have theirs, anything else none', () => {
    expect(fieldsOf('DEPENDENCY_CYCLE', { cycle: ['a', 'b'] })).toEqual(['dependsOn'])
    expect(fieldsOf('MODULE_EXISTS', { id: 'a' })).toEqual(['id'])
    expect(fieldsOf('DATABASE_UNAVAILABLE', {})).toEqual([])
  })
})
