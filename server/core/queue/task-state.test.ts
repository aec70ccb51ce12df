import { describe, expect, test } from 'vitest'
import { type TaskStatus, taskStatuses } from '../../contracts/tasks.ts'
import { canBecome, isEnded, isQueued } from './task-state.ts'

const followers = (from: TaskStatus) => taskStatuses.filter(to => canBecome(from, to))

test('every status has its followers, and these alone', () => {
  expect(Object.fromEntries(taskStatuses.map(status => [status, followers(status)]))).toEqual({
    blocked: ['scheduled', 'ready', 'cancelled', 'expired'],
    scheduled: ['ready', 'cancelled', 'expired'],
    ready: ['running', 'cancelled', 'expired'],
    running: ['scheduled', 'ready', 'succeeded', 'failed', 'cancelled', 'expired'],
    succeeded: [],
    failed: [],
    cancelled: [],
    expired: [],
  })
})

describe('an end is an end', () => {
  test('nothing leaves succeeded, failed, cancelled and expired; everything else can still reach one of them', () => {
    expect(taskStatuses.filter(isEnded)).toEqual(['succeeded', 'failed', 'cancelled', 'expired'])
    for (const status of taskStatuses) expect(followers(status).some(isEnded)).toBe(!isEnded(status))
  })
})

test('only running work can succeed or fail', () => {
  for (const outcome of ['succeeded', 'failed'] as const) {
    expect(taskStatuses.filter(status => canBecome(status, outcome))).toEqual(['running'])
  }
})

test('blocked, scheduled and ready work stands in a queue', () => {
  expect(taskStatuses.filter(isQueued)).toEqual(['blocked', 'scheduled', 'ready'])
})
