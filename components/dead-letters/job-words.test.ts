import { expect, test } from 'vitest'
import { jobProgress, jobTitle, trialWords } from './job-words.ts'

test('a title says what is done to how many', () => {
  expect(jobTitle({ kind: 'reprocess', total: 1 })).toBe('Reprocess 1 letter')
  expect(jobTitle({ kind: 'discard', total: 1_200 })).toBe('Discard 1,200 letters')
})

test('progress names refusals and what others did only when there are any', () => {
  const job = { kind: 'reprocess', total: 40, done: 12, refused: 0, skipped: 0 } as const
  expect(jobProgress(job)).toBe('12 of 40 reprocessed')
  expect(jobProgress({ ...job, refused: 2, skipped: 1 })).toBe(
    '12 of 40 reprocessed, 2 refused, 1 dealt with by others',
  )
})

test('a trial says what to expect, with its interval, as soon as something has ended', () => {
  const trial = { size: 10, continueFrom: null, ended: 0, succeeded: 0, failed: 0, rate: null, low: null, high: null }
  expect(trialWords(trial)).toBe('Sample of 10: none has ended yet.')
  const ended = { ...trial, ended: 10, succeeded: 9, failed: 1, rate: 0.9, low: 0.596, high: 0.982 }
  expect(trialWords(ended).replaceAll(/\s/g, ' ')).toBe(
    'Sample of 10: 9 succeeded. Expect 90 % success (60 % to 98 %).',
  )
  expect(trialWords({ ...ended, ended: 4, succeeded: 4 })).toContain('4 of 10 ended, 4 succeeded')
})
