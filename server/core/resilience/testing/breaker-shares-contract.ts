import { beforeEach, describe, expect, test } from 'vitest'
import type { BreakerKey } from '../breaker-board.ts'
import type { BreakerShareStore, BreakerVote } from '../breaker-shares.ts'

export interface SharesWorld {
  /** The store as a live replica uses it. */
  of: (replicaId: string) => BreakerShareStore
  /** A breaker that exists. */
  key: BreakerKey
  kill: (replicaId: string) => Promise<void>
  nowMs: () => number
}

/** What every store of what replicas tell each other of breakers has to do. */
export function describeBreakerShares(name: string, createWorld: () => Promise<SharesWorld>): void {
  describe(`what replicas say of breakers (${name})`, () => {
    let world: SharesWorld
    let a: BreakerShareStore
    let b: BreakerShareStore

    beforeEach(async () => {
      world = await createWorld()
      a = world.of('replica-a')
      b = world.of('replica-b')
    })

    function vote(change: Partial<BreakerVote> = {}): BreakerVote {
      const since = world.nowMs() - 1_000
      return {
        ...world.key,
        state: 'open',
        since,
        troubledSince: since,
        calls: 5,
        failures: 5,
        nextProbeAt: since + 9_000,
        ...change,
      }
    }

    test('each reads what all live ones said last, as they said it, and nothing that was taken back', async () => {
      const said = vote()
      await a.publish([said], [])
      await b.publish([vote({ state: 'closed', troubledSince: null, nextProbeAt: null, failures: 0 })], [])
      const { votes } = await b.load()
      expect(votes.find(each => each.replicaId === 'replica-a')).toEqual({ ...said, replicaId: 'replica-a' })
      expect(votes.map(each => [each.replicaId, each.state]).sort()).toEqual([
        ['replica-a', 'open'],
        ['replica-b', 'closed'],
      ])
      await a.publish([vote({ state: 'half_open', nextProbeAt: null })], [])
      await b.publish([], [world.key])
      expect((await a.load()).votes.map(each => [each.replicaId, each.state])).toEqual([['replica-a', 'half_open']])
    })

    test('what a dead replica said, or an earlier process of the same one, is not read', async () => {
      await a.publish([vote()], [])
      await b.publish([vote()], [])
      await b.begin()
      await world.kill('replica-a')
      expect((await b.load()).votes).toEqual([])
    })

    test('of many that want to probe at once, one may', async () => {
      const grants = await Promise.all(
        Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? a : b)).map(store => store.takeProbe(world.key, 60_000)),
      )
      const [ofA, ofB] = [0, 1].map(rest => grants.filter((grant, n) => n % 2 === rest && grant.isGranted).length)
      expect([ofA, ofB].filter(count => count === 0)).toHaveLength(1)
      const refused = grants.find(grant => !grant.isGranted)
      expect(refused).toMatchObject({ until: expect.any(Number) })
    })

    test('a probe that passed is followed by another of the same replica, one that ended neutral frees the right', async () => {
      await a.takeProbe(world.key, 60_000)
      await a.endProbe(world.key, { kind: 'passed' }, 60_000)
      expect((await b.takeProbe(world.key, 60_000)).isGranted).toBe(false)
      expect((await a.takeProbe(world.key, 60_000)).isGranted).toBe(true)
      await a.endProbe(world.key, { kind: 'neutral' }, 60_000)
      expect((await b.takeProbe(world.key, 60_000)).isGranted).toBe(true)
      expect((await b.load()).probeEnds).toEqual([])
    })

    test('after a failed probe nobody probes before its wait is over, and all can read so', async () => {
      const nextAt = world.nowMs() + 60_000
      await a.takeProbe(world.key, 60_000)
      await a.endProbe(world.key, { kind: 'failed', nextAt }, 0)
      expect(await b.takeProbe(world.key, 60_000)).toEqual({ isGranted: false, until: nextAt })
      expect((await a.takeProbe(world.key, 60_000)).isGranted).toBe(false)
      expect((await b.load()).probeEnds).toMatchObject([{ replicaId: 'replica-a', outcome: 'failed', nextAt }])
    })

    test('the replica whose probe failed last lets others go first', async () => {
      await a.takeProbe(world.key, 60_000)
      await a.endProbe(world.key, { kind: 'failed', nextAt: world.nowMs() - 10 }, 0)
      expect((await a.takeProbe(world.key, 60_000)).isGranted).toBe(false)
      expect((await b.takeProbe(world.key, 60_000)).isGranted).toBe(true)
    })

    test('the right of a dead replica goes to the next, and what the dead one says later changes nothing', async () => {
      await a.takeProbe(world.key, 60_000)
      await world.kill('replica-a')
      expect((await b.takeProbe(world.key, 60_000)).isGranted).toBe(true)
      await a.endProbe(world.key, { kind: 'closed' }, 0)
      expect((await b.load()).probeEnds).toEqual([])
      await b.endProbe(world.key, { kind: 'closed' }, 0)
      expect((await b.load()).probeEnds).toMatchObject([{ replicaId: 'replica-b', outcome: 'closed' }])
    })
  })
}
