import { expect, test } from 'vitest'
import { actWords, hrefOfTarget, targetWords } from './audit-words.ts'

test('an act is named in words', () => {
  expect(actWords('breaker.forced_open')).toBe('Breaker forced open')
  expect(actWords('dead_letter_job.started')).toBe('Dead letter job started')
})

test('acts that were kept under a former name read like those of today', () => {
  expect(actWords('task.cancel')).toBe(actWords('task.cancelled'))
  expect(actWords('task.retry')).toBe('Task retried')
})

test('what has a name is listed by it, all else by its kind and the end of its id', () => {
  expect(targetWords({ kind: 'module', id: 'ocr' })).toBe('ocr')
  const id = '01a1ff54-d34d-7000-b0c3-7078d3d2201b'
  expect(targetWords({ kind: 'dead_letter', id })).toBe('dead letter …d2201b')
})

test('what has a page is a link to it', () => {
  expect(hrefOfTarget({ kind: 'breaker', id: 'ocr/i-1' })).toBe('/breakers?open=ocr%2Fi-1')
  expect(hrefOfTarget({ kind: 'module', id: 'ocr' })).toBe('/modules/ocr')
  expect(hrefOfTarget({ kind: 'key', id: 'k' })).toBeNull()
})
