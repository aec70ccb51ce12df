import { describe, expect, it } from 'vitest'
import { breakerConfigSchema } from '#server/contracts/modules.ts'
import { readValues, toValues } from './threshold-values.ts'

const config = breakerConfigSchema.parse({ openMs: 1_500 })

describe('readValues', () => {
  it('gives back what toValues was given, to the millisecond', () => {
    expect(readValues(toValues(config)).config).toEqual(config)
    expect(readValues(toValues({ ...config, openMs: 60_001 })).config?.openMs).toBe(60_001)
  })

  it('names the limit in the unit of the field', () => {
    const { problems } = readValues({ ...toValues(config), openSeconds: '0.01', callTimeoutSeconds: '7200' })
    expect(problems).toEqual({ openSeconds: 'At least 0.1 seconds.', callTimeoutSeconds: 'At most 3,600 seconds.' })
  })

  it('refuses what is empty, no number or not whole', () => {
    const { problems } = readValues({
      ...toValues(config),
      failureThreshold: '',
      successThreshold: '1.5',
      openSeconds: 'x',
    })
    expect(problems).toEqual({
      failureThreshold: 'A whole number.',
      successThreshold: 'A whole number.',
      openSeconds: 'A number of seconds.',
    })
  })
})
