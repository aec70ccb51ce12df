import { expect, test } from 'vitest'
import { AttemptLimiter } from './attempt-limiter.ts'

function limiterAt(start: number) {
  const time = { now: start }
  return { time, limiter: new AttemptLimiter({ attempts: 3, windowMs: 60_000, now: () => time.now }) }
}

test('after its attempts a key waits, others do not, and one attempt comes back at a time', () => {
  const { time, limiter } = limiterAt(1_000)
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(limiter.waitSeconds('a')).toBe(0)
    limiter.take('a')
  }
  expect(limiter.waitSeconds('a')).toBe(20)
  expect(limiter.waitSeconds('b')).toBe(0)
  time.now += 19_999
  expect(limiter.waitSeconds('a')).toBe(1)
  time.now += 1
  expect(limiter.waitSeconds('a')).toBe(0)
  limiter.take('a')
  expect(limiter.waitSeconds('a')).toBe(20)
})

test('an attempt that is given back does not count', () => {
  const { limiter } = limiterAt(0)
  for (let attempt = 0; attempt < 50; attempt++) {
    expect(limiter.waitSeconds('a')).toBe(0)
    limiter.take('a')
    limiter.giveBack('a')
  }
})

test('a clock that steps back frees nobody and holds nobody longer', () => {
  const { time, limiter } = limiterAt(100_000)
  for (let attempt = 0; attempt < 3; attempt++) limiter.take('a')
  time.now = 50_000
  expect(limiter.waitSeconds('a')).toBe(20)
})

test('a key that is still limited is not forgotten when ten thousand others follow', () => {
  const { limiter } = limiterAt(0)
  for (let other = 0; other < 9_999; other++) limiter.take(`other-${other}`)
  for (let attempt = 0; attempt < 3; attempt++) limiter.take('a')
  for (let other = 0; other < 5_000; other++) limiter.take(`another-${other}`)
  expect(limiter.waitSeconds('a')).toBeGreaterThan(0)
})
