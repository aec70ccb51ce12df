import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { contractResolver, FieldRefusal, showOnFields, toFieldPath } from './contract-form.ts'

interface Values {
  name: string
  parts: { size: string }[]
}

const schema = z.strictObject({
  name: z.string().min(1),
  parts: z.array(z.strictObject({ size: z.number().int() })),
})
const resolver = contractResolver<Values, z.output<typeof schema>>(schema, values => ({
  name: values.name,
  parts: values.parts.map(({ size }, index) => {
    if (size === 'broken') throw new FieldRefusal(`parts[${index}].size`, 'cannot be read')
    return { size: Number(size) }
  }),
}))
const check = (values: Values) => resolver(values, undefined, { fields: {}, shouldUseNativeValidation: false })

describe('a form checked with the schema of the server', () => {
  test('gives what the schema makes of it', async () => {
    expect(await check({ name: 'a', parts: [{ size: '3' }] })).toEqual({
      values: { name: 'a', parts: [{ size: 3 }] },
      errors: {},
    })
  })

  test('says beside every field what is wrong with it', async () => {
    const { errors } = await check({ name: '', parts: [{ size: '1' }, { size: '1.5' }] })
    expect(errors).toMatchObject({
      name: { message: 'must have at least 1 character' },
      parts: [undefined, { size: { message: expect.stringContaining('whole number') } }],
    })
  })

  test('a field that cannot even be read is told like any other', async () => {
    const { errors } = await check({ name: 'a', parts: [{ size: 'broken' }] })
    expect(errors).toMatchObject({ parts: [{ size: { message: 'cannot be read' } }] })
  })
})

/** An error as a call to the server throws it. */
const refusal = (appCode: string, details: Record<string, unknown> | null = null) =>
  Object.assign(new Error('It is refused.'), { data: { code: 'X', httpStatus: 400, appCode, action: '', details } })

function collect(error: unknown, fieldsOf?: (code: string, details: Record<string, unknown>) => string[]) {
  const told: [string, string | undefined][] = []
  const isShown = showOnFields<Values>(error, (path, { message }) => told.push([path, message]), fieldsOf)
  return { isShown, told }
}

describe('a refusal of the server', () => {
  test('stands beside the fields whose problems it lists', () => {
    const problems = [{ path: 'parts[0].size', problem: 'is too large' }]
    expect(collect(refusal('INVALID_INPUT', { problems }))).toEqual({
      isShown: true,
      told: [['parts.0.size', 'is too large']],
    })
  })

  test('stands beside the fields that belong to its code', () => {
    expect(collect(refusal('MODULE_EXISTS'), code => (code === 'MODULE_EXISTS' ? ['name'] : []))).toEqual({
      isShown: true,
      told: [['name', 'It is refused.']],
    })
  })

  test('that belongs to no field is left to the form as a whole', () => {
    expect(collect(refusal('QUEUE_FULL'))).toEqual({ isShown: false, told: [] })
    expect(collect(new TypeError('fetch failed'))).toEqual({ isShown: false, told: [] })
    expect(collect(refusal('INVALID_INPUT', { problems: [{ path: '', problem: 'is not valid' }] }))).toEqual({
      isShown: false,
      told: [],
    })
  })

  test('paths are named as the form names its fields', () => {
    expect(toFieldPath('instances[12].endpoint')).toBe('instances.12.endpoint')
    expect(toFieldPath('name')).toBe('name')
  })
})
