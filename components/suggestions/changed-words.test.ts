import { expect, test } from 'vitest'
import { changesOf, isAsRead, type Read } from './changed-words.ts'

const read: Read = {
  evidenceHash: 'a',
  configurationHash: 'b',
  difference: { subject: 'Capacity', from: '10', to: '20' },
  expected: [{ measure: 'wait_mean', unit: 'ms', from: 900, to: 100, low: 50, high: 200, better: 'lower' }],
  evidence: [{ name: 'Mean wait', value: 900, unit: 'ms', sampleSize: 400 }],
}

test('a new simulation leaves what was read as it is; other evidence and another configuration do not', () => {
  expect(isAsRead(read, { ...read })).toBe(true)
  expect(isAsRead(read, { ...read, evidenceHash: 'c' })).toBe(false)
  expect(isAsRead(read, { ...read, configurationHash: null })).toBe(false)
})

test('what has changed under a reader is named: the difference, each promise, each figure, and nothing else', () => {
  const [promise] = read.expected
  const [figure] = read.evidence
  const present: Read = {
    evidenceHash: 'c',
    configurationHash: 'd',
    difference: { subject: 'Capacity', from: '12', to: '20' },
    expected: [{ ...promise!, to: 400, low: 300, high: 500 }],
    evidence: [
      { ...figure!, value: 700 },
      { ...figure!, name: 'Share of calls' },
    ],
  }
  expect(changesOf(read, present)).toEqual([
    'The change: 10 → 20, now 12 → 20.',
    'Wait, mean: expected 100 ms (50 ms to 200 ms), now 400 ms (300 ms to 500 ms).',
    'Mean wait: 900 ms, now 700 ms.',
    'Share of calls: not there, now 900 ms.',
  ])
})

test('without another figure it says what it was that changed', () => {
  expect(changesOf(read, { ...read, evidenceHash: 'c' })).toEqual([expect.stringContaining('found again')])
  expect(changesOf(read, { ...read, configurationHash: 'd' })).toEqual([expect.stringContaining('another setting')])
})
