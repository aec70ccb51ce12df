import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeReturnPath } from './safe-return-path.ts'

describe('the path a sign-in leads back to', () => {
  test('keeps path, query and fragment of a page of ours', () => {
    expect(safeReturnPath('/tasks?status=failed&q=a%20b#t1')).toBe('/tasks?status=failed&q=a%20b#t1')
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/sign-in?next=/sign-in',
    '',
    null,
  ])('becomes the command center for %j', path => {
    expect(safeReturnPath(path)).toBe('/')
  })

  test('never leaves this origin, whatever was asked for', () => {
    const pieces = fc.array(
      fc.constantFrom('/', '\\', '.', '..', '\t', '\n', '@', ':', 'evil.example', '%2f', '?', '#', 'x'),
    )
    fc.assert(
      fc.property(pieces, parts => {
        const target = safeReturnPath(`/${parts.join('')}`)
        expect(new URL(target, 'https://deck.example').origin).toBe('https://deck.example')
      }),
      { numRuns: 2_000 },
    )
  })
})
