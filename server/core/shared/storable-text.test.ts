import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toStorableText } from './storable-text.ts'

/** Characters, NUL, and halves of pairs. */
const units = fc.constantFrom('a', 'é', '語', '😀', '\0', '\ud83d', '\ude00')

test('a text that is cut never ends in half of a character', () => {
  expect(toStorableText('ab😀', 3)).toBe('ab\uFFFD')
  expect(toStorableText('ab😀', 4)).toBe('ab😀')
})

test('whatever a module says, what is kept has no NUL, no half pair, and no more than its length', () => {
  fc.assert(
    fc.property(fc.string({ unit: units, maxLength: 60 }), fc.nat(60), (text, maxLength) => {
      const kept = toStorableText(text, maxLength)
      expect(kept).not.toContain('\0')
      expect(kept.isWellFormed()).toBe(true)
      expect(kept.length).toBe(Math.min(text.length, maxLength))
    }),
  )
})

test('a text that can be stored as it is stays as it is', () => {
  const text = 'Ünïcode – 日本語 😀\n\ttabs'
  expect(toStorableText(text, 2_000)).toBe(text)
})
