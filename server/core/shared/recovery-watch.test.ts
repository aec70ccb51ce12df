import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import type { NewEvent } from '../operations.ts'
import { RecoveryWatch } from './recovery-watch.ts'

let clock: FakeClock
let told: NewEvent[]
let watch: RecoveryWatch
const fault = { area: 'claim', code: 'DATABASE_UNAVAILABLE' } as const

beforeEach(() => {
  clock = new FakeClock()
  told = []
  watch = new RecoveryWatch({ clock, publish: event => told.push(event) })
})

describe('a fault of our own', () => {
  test('that is gone at the next try is told of once, as recovered', async () => {
    watch.failed(fault)
    await clock.advance(1_000)
    watch.succeeded('claim')
    watch.succeeded('claim')
    expect(told).toMatchObject([
      {
        type: 'error.recovered',
        data: { code: 'DATABASE_UNAVAILABLE', area: 'claim', attempts: 1, durationMs: 1_000 },
      },
    ])
  })

  test('that three attempts a second apart do not end has failed to recover, which is told once; later it may recover', async () => {
    watch.failed(fault)
    for (let attempt = 0; attempt < 5; attempt++) {
      await clock.advance(500)
      watch.failed(fault)
      await clock.advance(500)
      watch.failed(fault)
    }
    expect(told).toMatchObject([{ type: 'error.recovery_failed', data: { attempts: 3, durationMs: 3_000 } }])
    await clock.advance(60_000)
    watch.succeeded('claim')
    expect(told).toMatchObject([{}, { type: 'error.recovered', data: { durationMs: 65_000 } }])
  })

  test('of one area says nothing of another', () => {
    watch.failed(fault)
    watch.succeeded('finish')
    expect(told).toEqual([])
  })

  test('that was given up is told of with its task', () => {
    const ofTask = { area: 'task t', code: 'INTERNAL', tenantId: 'acme', taskId: 't' } as const
    watch.failed(ofTask)
    watch.gaveUp(ofTask)
    watch.succeeded('task t')
    expect(told).toMatchObject([{ type: 'error.recovery_failed', tenantId: 'acme', taskId: 't' }])
  })

  test('without end in ever new places does not fill the memory', () => {
    for (let count = 0; count < 5_000; count++) watch.failed({ area: `task ${count}`, code: 'INTERNAL' })
    watch.succeeded('task 0')
    watch.succeeded('task 4999')
    expect(told).toHaveLength(1)
  })
})
