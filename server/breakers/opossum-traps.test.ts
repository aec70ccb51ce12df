import CircuitBreaker from 'opossum'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createTestBoard,
  failing,
  fakeGlobalTime,
  passTime,
  startedCall,
  succeeding,
  testConfig,
} from './board-harness.ts'
import { BucketRotation, isTimeOut, OpossumEngine } from './opossum-engine.ts'

beforeEach(fakeGlobalTime)
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const hang = () => new Promise<never>(() => {})

describe('what opossum does by itself, so that the traps below are real', () => {
  test('it opens after one failure', async () => {
    const circuit = new CircuitBreaker(() => Promise.reject(new Error('broken')))
    await expect(circuit.fire()).rejects.toThrow('broken')
    expect(circuit.opened).toBe(true)
    circuit.shutdown()
  })

  test('it opens at 100 % as well, once failures outlive their window, and takes an infinite volume threshold for 0', async () => {
    const circuit = new CircuitBreaker(hang, {
      errorThresholdPercentage: 100,
      volumeThreshold: Number.POSITIVE_INFINITY,
      timeout: 15_000,
    })
    const call = circuit.fire()
    const ended = expect(call).rejects.toThrow('Timed out')
    await passTime(15_000)
    await ended
    expect(circuit.opened).toBe(true)
    circuit.shutdown()
  })

  test('it closes after a single success', async () => {
    const state = { enabled: true, closed: false, halfOpen: true, warmUp: false, shutdown: false }
    const options = { state, timeout: 1_000 }
    const circuit = new CircuitBreaker(async () => 'done', options)
    await circuit.fire()
    expect(circuit.closed).toBe(true)
    circuit.shutdown()
  })
})

describe('opening', () => {
  test('time-outs and thrown errors, however many outlive the window, never make opossum open', async () => {
    const engine = new OpossumEngine('closed', new BucketRotation())
    for (let round = 0; round < 20; round += 1) {
      const ended = engine.fire(hang, 30_000).catch(isTimeOut)
      await passTime(30_000)
      expect(await ended).toBe(true)
      await expect(engine.fire(() => Promise.reject(new Error('ours')), 1_000)).rejects.toThrow('ours')
      expect(engine.state).toBe('closed')
    }
  })
})

describe('cost', () => {
  test('a time-out sorts no latencies, however full the window is', async () => {
    const { call } = createTestBoard({ failureThreshold: 1_000 })
    for (let index = 0; index < 500; index += 1) await call(failing)
    const sort = vi.spyOn(Array.prototype, 'sort')
    const hanging = call({ ...failing, action: hang })
    await passTime(testConfig.callTimeoutMs)
    expect(await hanging).toEqual({ kind: 'timed_out' })
    expect(sort).not.toHaveBeenCalled()
  })

  test('one rotation empties the buckets of all circuits, at most every 5 s', async () => {
    const rotation = new BucketRotation()
    const onRotate = vi.fn<() => void>()
    rotation.emitter.on('rotate', onRotate)
    const circuits = [1, 2].map(
      () =>
        new CircuitBreaker(async () => 'done', {
          rollingCountBuckets: 1,
          enableSnapshots: false,
          rotateBucketController: rotation.emitter,
        }),
    )
    rotation.rotateIfDue(Date.now())
    for (const circuit of circuits) await circuit.fire()
    rotation.rotateIfDue(Date.now() + 4_999)
    expect(circuits.map(({ stats }) => stats.latencyTimes.length)).toEqual([1, 1])
    rotation.rotateIfDue(Date.now() + 5_000)
    expect(circuits.map(({ stats }) => stats.latencyTimes.length)).toEqual([0, 0])
    expect(onRotate).toHaveBeenCalledTimes(2)
  })

  test('every engine takes part in the rotation until it is retired', () => {
    const rotation = new BucketRotation()
    const engines = Array.from({ length: 1_000 }, () => new OpossumEngine('closed', rotation))
    expect(rotation.emitter.listenerCount('rotate')).toBe(1_000)
    for (const engine of engines) engine.retire()
    expect(rotation.emitter.listenerCount('rotate')).toBe(0)
  })

  test('guarded calls turn the buckets', async () => {
    const rotate = vi.spyOn(BucketRotation.prototype, 'rotateIfDue')
    const { call } = createTestBoard()
    await call(succeeding)
    expect(rotate).toHaveBeenCalledWith(Date.now())
  })
})

describe('abort signals', () => {
  test('a time-out aborts its own call and neither the others nor those to come', async () => {
    const { call } = createTestBoard()
    const [slow, other, next] = [startedCall(), startedCall(), startedCall()]
    const slowResult = call({ ...slow.guarded, timeoutMs: 1_000 })
    const otherResult = call(other.guarded)
    await passTime(1_000)
    expect(await slowResult).toEqual({ kind: 'timed_out' })
    const nextResult = call(next.guarded)
    expect([slow, other, next].map(({ seen }) => seen[0]?.aborted)).toEqual([true, false, false])
    expect(slow.seen[0]?.reason).toMatchObject({ name: 'TimeoutError' })
    other.resolve('done')
    next.resolve('done')
    expect(await Promise.all([otherResult, nextResult])).toEqual([
      { kind: 'completed', value: 'done' },
      { kind: 'completed', value: 'done' },
    ])
  })
})

describe('time-outs', () => {
  test('each call has its own limit, also when calls overlap', async () => {
    const { call } = createTestBoard()
    const ended: string[] = []
    const note = (name: string) => () => ended.push(name)
    void call({ ...failing, action: hang, timeoutMs: 5_000 }).then(note('5 s'))
    void call({ ...failing, action: hang, timeoutMs: 1_000 }).then(note('1 s'))
    void call({ ...failing, action: hang }).then(note('30 s'))
    await passTime(1_000)
    expect(ended).toEqual(['1 s'])
    await passTime(4_000)
    expect(ended).toEqual(['1 s', '5 s'])
    await passTime(25_000)
    expect(ended).toEqual(['1 s', '5 s', '30 s'])
  })

  test.each([0, -5])('a limit of %d ms is the shortest there is, not none', async timeoutMs => {
    const { call } = createTestBoard()
    const result = call({ ...failing, action: hang, timeoutMs })
    await passTime(1)
    expect(await result).toEqual({ kind: 'timed_out' })
  })

  test('an action that fails with a code of ETIMEDOUT, or with nothing at all, has not timed out', async () => {
    const { call } = createTestBoard()
    const socketError = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })
    await expect(call({ ...failing, action: () => Promise.reject(socketError) })).rejects.toBe(socketError)
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what a careless action may do
    await expect(call({ ...failing, action: () => Promise.reject(undefined) })).rejects.toBeUndefined()
  })
})

describe('half-open', () => {
  test('opossum has no timer of its own that would let calls through, not even after 25 days', async () => {
    const engine = new OpossumEngine('closed', new BucketRotation())
    engine.open()
    expect(vi.getTimerCount()).toBe(0)
    await passTime(25 * 86_400_000)
    expect(engine.state).toBe('open')
    await expect(engine.fire(async () => 'done', 1_000)).rejects.toThrow('Breaker is open')
  })

  test('a half-open circuit lets one call through, by itself', async () => {
    const engine = new OpossumEngine('half_open', new BucketRotation())
    const probe = startedCall()
    const first = engine.fire(() => probe.guarded.action(new AbortController().signal), 1_000)
    await expect(engine.fire(async () => 'done', 1_000)).rejects.toThrow('Breaker is open')
    probe.resolve('done')
    expect(await first).toBe('done')
  })

  test('stays half-open after the first of two successful probes', async () => {
    const { call, openIt, state } = createTestBoard()
    await openIt()
    await passTime(60_000)
    await call(succeeding)
    expect(state()).toBe('half_open')
    await call(succeeding)
    expect(state()).toBe('closed')
  })

  test('a late success of a call from before it opened does not close it', async () => {
    const { call, openIt, state } = createTestBoard({ successThreshold: 1, callTimeoutMs: 600_000 })
    const late = startedCall()
    const lateResult = call(late.guarded)
    await openIt()
    await passTime(60_000)
    const probe = startedCall()
    const probeResult = call(probe.guarded)
    expect(state()).toBe('half_open')

    late.resolve('done')
    expect(await lateResult).toEqual({ kind: 'completed', value: 'done' })
    expect(state()).toBe('half_open')
    expect((await call(succeeding)).kind).toBe('rejected')

    probe.resolve('done')
    await probeResult
    expect(state()).toBe('closed')
  })

  test('1,000 callers at once are one probe and 999 rejections', async () => {
    const { board, call, openIt } = createTestBoard()
    await openIt()
    await passTime(60_000)
    let probes = 0
    const probe = startedCall()
    const results = Array.from({ length: 1_000 }, () =>
      call({
        ...probe.guarded,
        action: signal => {
          probes += 1
          return probe.guarded.action(signal)
        },
      }),
    )
    await passTime(1)
    probe.resolve('done')
    const kinds = (await Promise.all(results)).map(({ kind }) => kind)
    expect(probes).toBe(1)
    expect(kinds.filter(kind => kind === 'completed')).toHaveLength(1)
    expect(kinds.filter(kind => kind === 'rejected')).toHaveLength(999)
    expect(board.list('default')[0]?.totals.rejections).toBe(999)
  })
})
