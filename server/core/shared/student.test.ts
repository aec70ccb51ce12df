import { expect, test } from 'vitest'
import { normalQuantile, studentQuantile } from './student.ts'

test.each([
  [0.975, 1.959_964],
  [0.9, 1.281_552],
  [0.5, 0],
  [0.01, -2.326_348],
])('the standard normal distribution has %d below %d, as in the tables', (p, expected) => {
  expect(normalQuantile(p)).toBeCloseTo(expected, 5)
})

test.each([
  [3, 0.975, 3.182],
  [4, 0.975, 2.776],
  [9, 0.975, 2.262],
  [10, 0.975, 2.228],
  [11, 0.975, 2.201],
  [30, 0.975, 2.042],
  [30, 0.9875, 2.36],
])('Student’s t with %d degrees of freedom has %d below %d, to 1.5 %%', (degrees, p, expected) => {
  expect(Math.abs(studentQuantile(degrees, p) / expected - 1)).toBeLessThan(0.015)
})
