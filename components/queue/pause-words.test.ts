import { expect, test } from 'vitest'
import type { PauseView } from '#server/contracts/queues.ts'
import { nameOf, pauseOf, targetOf } from './pause-words.ts'

const facts = { reason: 'r', by: 'Ann', at: '2026-11-21T12:00:00.000Z' }
const all: PauseView = { scope: 'all', id: null, ...facts }
const module: PauseView = { scope: 'module', id: 'a', ...facts }

test('a pause is found by exactly what it holds back: all work paused does not make each module paused', () => {
  expect(pauseOf([all, module], { scope: 'all' })).toBe(all)
  expect(pauseOf([all, module], { scope: 'module', id: 'a' })).toBe(module)
  expect(pauseOf([all], { scope: 'module', id: 'a' })).toBeNull()
  expect(pauseOf([module], { scope: 'type', id: 'a' })).toBeNull()
})

test('a pause and its target name each other', () => {
  for (const pause of [all, module]) expect(pauseOf([all, module], targetOf(pause))).toBe(pause)
  expect([all, module].map(pause => nameOf(targetOf(pause)))).toEqual(['all work', 'module a'])
})
