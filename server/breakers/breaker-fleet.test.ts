import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BreakerConfig } from '../contracts/modules.ts'
import { BreakerFleet } from '../core/resilience/breaker-fleet.ts'
import { MemoryBreakerShares } from '../core/resilience/testing/memory-breaker-shares.ts'
import { silentLogger } from '../core/shared/logger.ts'
import {
  failing,
  fakeGlobalTime,
  globalClock,
  passTime,
  succeeding,
  testConfig,
  testKey,
  testLabels,
} from './board-harness.ts'
import { createBreakerBoard } from './create-breaker-board.ts'

beforeEach(fakeGlobalTime)
afterEach(() => {
  vi.useRealTimers()
})

const config: BreakerConfig = { ...testConfig, failureThreshold: 3, openMs: 10_000 }

/** Replicas of one fleet in one process, on global time; each sees the service over a network of its own. */
async function createFleet(count: number) {
  const shares = new MemoryBreakerShares(globalClock)
  const live = new Set(Array.from({ length: count }, (_, n) => `replica-${n}`))
  const service = { isDown: false, probes: 0, mostProbes: 0 }
  const replicas = [...live].map(id => {
    const board = createBreakerBoard({ clock: globalClock, logger: silentLogger })
    board.configure(testKey, config, testLabels)
    const others = () => (live.has(id) ? [...live].filter(other => other !== id) : [])
    const fleet = new BreakerFleet({
      board,
      others,
      store: shares.of(id),
      replicaId: id,
      clock: globalClock,
      logger: silentLogger,
    })
    const replica = { id, board, fleet, isCutOff: false, state: () => board.state(testKey), call }
    async function call() {
      const outcome = service.isDown || replica.isCutOff ? failing : succeeding
      return board.call(testKey, {
        ...outcome,
        action: async signal => {
          const isProbe = board.state(testKey) === 'half_open'
          if (isProbe) service.mostProbes = Math.max(service.mostProbes, ++service.probes)
          await new Promise(resolve => setTimeout(resolve, 20))
          if (isProbe) service.probes--
          return outcome.action(signal)
        },
      })
    }
    return replica
  })
  for (const { fleet, board } of replicas) {
    await fleet.start()
    board.start()
  }
  shares.onChange(() => {
    for (const { fleet } of replicas) void fleet.refresh()
  })
  const beat = setInterval(() => {
    for (const { fleet } of replicas) fleet.look()
  }, 1_000)
  /** Each replica makes a call every 200 ms. */
  const run = async (ms: number, callers = replicas) => {
    for (let at = 0; at < ms; at += 200) {
      for (const caller of callers) void caller.call()
      await passTime(200)
    }
  }
  const stop = async () => {
    clearInterval(beat)
    for (const { fleet, board } of replicas) {
      board.stop()
      await fleet.stop()
    }
  }
  return { replicas, service, shares, live, run, states: () => replicas.map(({ state }) => state()), stop }
}

type Replica = Awaited<ReturnType<typeof createFleet>>['replicas'][number]

describe('replicas that share their breakers', () => {
  test('one with a bad network opens its own breaker and nobody else’s, for as long as it lasts', async () => {
    const { replicas, run, states, stop } = await createFleet(3)
    const [cutOff] = replicas
    cutOff!.isCutOff = true
    await run(2_000)
    expect(states()).toEqual(['open', 'closed', 'closed'])
    await run(60_000)
    expect(states().slice(1)).toEqual(['closed', 'closed'])
    expect(cutOff?.state()).not.toBe('closed')
    cutOff!.isCutOff = false
    await run(20_000)
    expect(states()).toEqual(['closed', 'closed', 'closed'])
    await stop()
  })

  test('what a quorum sees open is open for one that had no trouble itself, and says why', async () => {
    const { replicas, run, service, stop } = await createFleet(3)
    const [one, other, idle] = replicas as [Replica, Replica, Replica]
    await run(200, [idle])
    service.isDown = true
    await run(2_000, [one, other])
    expect(idle.state()).toBe('open')
    expect(idle.board.view(testKey)).toMatchObject({ openedBy: 'quorum' })
    expect(idle.board.view(testKey)?.transitions[0]?.reason).toBe('2 of 3 replicas see it open')
    expect(one.board.view(testKey)).toMatchObject({ openedBy: 'here' })
    expect(idle.fleet.viewsOf(testKey).map(({ replicaId, state, isSelf }) => [replicaId, state, isSelf])).toEqual([
      ['replica-0', 'open', false],
      ['replica-1', 'open', false],
      ['replica-2', 'closed', true],
    ])
    await stop()
  })

  test('one at a time probes for all, and its success closes all', async () => {
    const { run, service, states, stop } = await createFleet(4)
    service.isDown = true
    await run(30_000)
    expect(new Set(states())).not.toContain('closed')
    service.isDown = false
    await run(15_000)
    expect(states()).toEqual(['closed', 'closed', 'closed', 'closed'])
    expect(service.mostProbes).toBe(1)
    await stop()
  })

  test('a burst of a thousand callers on each of three replicas makes one probe', async () => {
    const { replicas, run, service, stop } = await createFleet(3)
    service.isDown = true
    await run(2_000)
    await passTime(config.openMs + 1_000)
    service.mostProbes = 0
    const results = replicas.flatMap(({ call }) => Array.from({ length: 1_000 }, () => call()))
    await passTime(1)
    expect(service.probes).toBe(1)
    await passTime(100)
    const kinds = (await Promise.all(results)).map(({ kind }) => kind)
    expect(kinds.filter(kind => kind !== 'rejected')).toHaveLength(1)
    await stop()
  })

  test('a replica with a bad network does not keep the others from finding the service well again', async () => {
    const { replicas, run, service, states, stop } = await createFleet(3)
    service.isDown = true
    await run(3_000)
    replicas[0]!.isCutOff = true
    service.isDown = false
    await run(40_000)
    expect(states().slice(1)).toEqual(['closed', 'closed'])
    await stop()
  })

  test('the word of replicas that are gone does not stand', async () => {
    const { replicas, run, live, service, stop } = await createFleet(3)
    service.isDown = true
    await run(2_000, replicas.slice(0, 2))
    expect(replicas[2]?.state()).toBe('open')
    live.delete('replica-0')
    await passTime(1_100)
    expect(replicas[2]?.state()).toBe('closed')
    await stop()
  })

  test('one that is alone asks nobody and tells nobody', async () => {
    const { replicas, run, service, shares, stop } = await createFleet(1)
    service.isDown = true
    await run(15_000)
    service.isDown = false
    await run(15_000)
    expect(replicas[0]?.state()).toBe('closed')
    expect(replicas[0]?.fleet.viewsOf(testKey)).toEqual([])
    expect(await shares.of('x').load()).toEqual({ votes: [], probeEnds: [] })
    await stop()
  })

  test('whatever fails where: never two probes at once, one cut-off replica opens no other, and all close when all is well', async () => {
    const phase = fc.record({
      isDown: fc.boolean(),
      cutOff: fc.constantFrom(null, 0, 1, 2),
      seconds: fc.integer({ min: 1, max: 25 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(phase, { minLength: 1, maxLength: 6 }), async phases => {
        const { replicas, run, service, states, stop } = await createFleet(3)
        let wasDown = false
        for (const { isDown, cutOff, seconds } of phases) {
          wasDown ||= isDown
          service.isDown = isDown
          replicas.forEach((replica, n) => {
            replica.isCutOff = n === cutOff
          })
          await run(seconds * 1_000)
          const only = new Set(phases.map(each => each.cutOff).filter(n => n !== null))
          if (!wasDown && only.size === 1)
            states().forEach((state, n) => only.has(n as 0) || expect(state).toBe('closed'))
        }
        service.isDown = false
        for (const replica of replicas) replica.isCutOff = false
        await run(40_000)
        expect(states()).toEqual(['closed', 'closed', 'closed'])
        expect(service.mostProbes).toBeLessThanOrEqual(1)
        await stop()
      }),
      { numRuns: 25 },
    )
  })
})
