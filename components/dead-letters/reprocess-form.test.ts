import { expect, test } from 'vitest'
import { reprocessManyInput } from '#server/contracts/dead-letters.ts'
import { fieldOfReprocess, initialReprocess, told, toReprocessInput } from './reprocess-form.ts'

const filter = { fingerprint: '0123456789abcdef' }

test('the form as it opens is an input that the server takes, with a trial when there are many letters', () => {
  for (const [count, hasTrial] of [
    [5, false],
    [500, true],
  ] as const) {
    const read = reprocessManyInput.parse(toReprocessInput({ filter }, initialReprocess(count)))
    expect(read).toMatchObject({ filter, ratePerSecond: 20 })
    expect(read.trial).toEqual(hasTrial ? { size: 10 } : undefined)
  }
})

test('going on by itself is sent as a share, waiting to be told as none', () => {
  const values = { ...initialReprocess(500), continueFrom: '80', reason: ' fixed ' }
  expect(toReprocessInput({ ids: ['a'] }, values)).toEqual({
    ids: ['a'],
    ratePerSecond: 20,
    trial: { size: 10, continueFrom: 0.8 },
    reason: 'fixed',
  })
  expect(toReprocessInput({ ids: ['a'] }, { ...values, continueFrom: told }).trial).toEqual({ size: 10 })
})

test('a figure that is none is refused beside its field', () => {
  const read = reprocessManyInput.safeParse(toReprocessInput({ filter }, { ...initialReprocess(500), size: 'ten' }))
  expect(read.error?.issues.map(issue => fieldOfReprocess(issue.path.join('.')))).toEqual(['size'])
})
