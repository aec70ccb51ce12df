import { expect, test } from 'vitest'
import { toViewQuery } from './view-query.ts'

test('a view is the same whatever the order of its filters, and whatever lies open over the list', () => {
  expect(toViewQuery('status=failed&q=two+words&event=12')).toBe('q=two+words&status=failed')
  expect(toViewQuery(new URLSearchParams('q=two%20words&status=failed&open=a/b&letter=x'))).toBe(
    'q=two+words&status=failed',
  )
  expect(toViewQuery('')).toBe('')
})

test('what a view keeps can be stored: no blank, no question mark, no hash', () => {
  expect(toViewQuery(new URLSearchParams({ q: 'why? #1 \t ü' }))).toMatch(/^[^\s?#]*$/u)
})
