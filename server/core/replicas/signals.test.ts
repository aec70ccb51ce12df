import { beforeEach, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { silentLogger } from '../shared/logger.ts'
import { isFirstFor } from './rendezvous.ts'
import { type Signal, SignalSender } from './signals.ts'

let clock: FakeClock
let sent: (readonly Signal[])[]
let isHeard: boolean
let isAway: boolean
let sender: SignalSender

beforeEach(() => {
  clock = new FakeClock()
  sent = []
  isHeard = true
  isAway = false
  sender = new SignalSender({
    port: {
      listen() {},
      async send(signals) {
        if (isAway) throw new Error('the database does not answer')
        sent.push(signals)
      },
    },
    isHeard: () => isHeard,
    clock,
    logger: silentLogger,
  })
})

test('any number of calls within some milliseconds is one notification that says each thing once', async () => {
  for (let n = 0; n < 100; n++) {
    sender.call({ kind: 'work', laneIds: [n % 3] })
    sender.call({ kind: 'events' })
    sender.call({ kind: 'cancel', replicaId: n % 2 === 0 ? 'a' : 'b' })
  }
  await clock.advance(20)
  expect(sent).toEqual([
    [
      { kind: 'events' },
      { kind: 'cancel', replicaId: 'a' },
      { kind: 'cancel', replicaId: 'b' },
      { kind: 'work', laneIds: [0, 1, 2] },
    ],
  ])
})

test('work in any lane covers work in one', async () => {
  sender.call({ kind: 'work', laneIds: [1] })
  sender.call({ kind: 'work', laneIds: [] })
  sender.call({ kind: 'work', laneIds: [2] })
  await clock.advance(20)
  expect(sent).toEqual([[{ kind: 'work', laneIds: [] }]])
})

test('nothing is sent while nobody else lives', async () => {
  isHeard = false
  sender.call({ kind: 'events' })
  await clock.advance(20)
  await sender.stop()
  expect(sent).toEqual([])
  expect(clock.pendingTimers).toBe(0)
})

test('what cannot be sent is dropped, and the next goes out; what is gathered at a stop still goes', async () => {
  isAway = true
  sender.call({ kind: 'events' })
  await clock.advance(20)
  isAway = false
  sender.call({ kind: 'replicas' })
  await clock.advance(20)
  sender.call({ kind: 'events' })
  await sender.stop()
  sender.call({ kind: 'events' })
  await clock.advance(20)
  expect(sent).toEqual([[{ kind: 'replicas' }], [{ kind: 'events' }]])
})

test('each thing falls to exactly one of those who know each other, evenly, and only the part of one that leaves moves', () => {
  const replicas = ['a', 'b', 'c', 'd']
  const ownersAmong = (all: readonly string[]) =>
    Array.from({ length: 1_000 }, (_, index) => {
      const owners = all.filter(own =>
        isFirstFor(
          `instance-${index}`,
          own,
          all.filter(other => other !== own),
        ),
      )
      expect(owners).toHaveLength(1)
      return owners[0]
    })
  const before = ownersAmong(replicas)
  for (const id of replicas) expect(before.filter(owner => owner === id).length).toBeGreaterThan(180)
  const after = ownersAmong(['a', 'b', 'c'])
  expect(after.filter((owner, index) => owner !== before[index]).length).toBe(
    before.filter(owner => owner === 'd').length,
  )
})
