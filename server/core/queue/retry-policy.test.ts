import { describe, expect, test } from 'vitest'
import { retryPolicySchema } from '../../contracts/modules.ts'
import { classOfError, isRetryable, retryPolicyOf } from './retry-policy.ts'

const standard = retryPolicySchema.parse({})
const asked = (code: string, saidRetryable: boolean | null = null) => isRetryable(standard, { code, saidRetryable })

describe('which errors are tried again', () => {
  test.each([
    ['CONNECTION_FAILED', true],
    ['CONNECTION_RESET', true],
    ['TIMEOUT', true],
    ['RESPONSE_TIMEOUT', true],
    ['HTTP_500', true],
    ['HTTP_503', true],
    ['HTTP_408', false],
    ['HTTP_422', false],
    ['BAD_RESPONSE', false],
    ['RESPONSE_TOO_LARGE', false],
    ['REDIRECT_REFUSED', false],
    ['ADDRESS_NOT_ALLOWED', false],
    ['NO_LICENSE', false],
    ['constructor', false],
  ])('%s by default: %s', (code, isTried) => {
    expect(asked(code)).toBe(isTried)
  })

  test('a module that says itself whether it makes sense is believed, either way', () => {
    expect(asked('HTTP_500', false)).toBe(false)
    expect(asked('NO_LICENSE', true)).toBe(true)
  })

  test('a policy names codes and classes; what it does not name is not tried again', () => {
    const policy = { ...standard, retryOn: ['HTTP_409', 'timeout'] }
    const isTried = (code: string) => isRetryable(policy, { code, saidRetryable: null })
    expect(['HTTP_409', 'TIMEOUT', 'HTTP_500', 'CONNECTION_RESET'].filter(isTried)).toEqual(['HTTP_409', 'TIMEOUT'])
  })

  test('a code of a module’s own that came with a 5xx status counts as a server error', () => {
    expect(isRetryable(standard, { code: 'BOOM', saidRetryable: null, errorClass: 'server_error' })).toBe(true)
    expect(classOfError('BOOM')).toBeNull()
  })
})

test('the policy of a type wins over that of the module, whole; a type may be named as anything', () => {
  const ofType = { ...standard, maxAttempts: 2 }
  const types = { 'license.detect': ofType }
  expect(retryPolicyOf(types, 'license.detect', standard)).toBe(ofType)
  expect(retryPolicyOf(types, 'other', standard)).toBe(standard)
  expect(retryPolicyOf({}, 'constructor', standard)).toBe(standard)
})
