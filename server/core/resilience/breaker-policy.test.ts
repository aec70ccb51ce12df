import { describe, expect, test } from 'vitest'
import type { BreakerConfig } from '../../contracts/modules.ts'
import type { CallVerdict, ForcedState } from './breaker-board.ts'
import type { CallTicket } from './breaker-phase.ts'
import { type Admission, BreakerPolicy, type PolicyTransition } from './breaker-policy.ts'

const start = Date.UTC(2026, 0, 1)
const config: BreakerConfig = {
  failureThreshold: 5,
  successThreshold: 2,
  openMs: 60_000,
  callTimeoutMs: 30_000,
  failureRate: null,
  slowCalls: null,
}
const success: CallVerdict = { kind: 'success' }
const failure: CallVerdict = { kind: 'failure', code: 'HTTP_500', message: 'answered 500' }
const neutral: CallVerdict = { kind: 'neutral' }

function createPolicy(overrides: Partial<BreakerConfig> = {}) {
  const transitions: PolicyTransition[] = []
  const policy = new BreakerPolicy({
    config: { ...config, ...overrides },
    now: start,
    onTransition: transition => transitions.push(transition),
  })
  const admit = (now: number) => policy.admit(now, 30_000)
  const run = (now: number, ...verdicts: CallVerdict[]) => {
    for (const verdict of verdicts) policy.record(ticketOf(admit(now)), verdict, now)
  }
  return { policy, transitions, admit, run, reasons: () => transitions.map(({ transition }) => transition.reason) }
}

function ticketOf(admission: Admission): CallTicket {
  if (admission.kind !== 'admitted') throw new Error('expected the call to be admitted')
  return admission.ticket
}

const fail5 = [failure, failure, failure, failure, failure]
const forcedOpen: ForcedState = { state: 'open', by: 'Ann', reason: 'provider outage', at: start, expiresAt: null }

describe('opening', () => {
  test('opens at the fifth failure in a row, and says why, when and after what', () => {
    const { policy, transitions, run } = createPolicy()
    run(start, failure, failure, failure, failure)
    expect(policy.state).toBe('closed')
    run(start + 7, failure)
    expect(policy.phase).toEqual({ kind: 'open', until: start + 60_007 })
    expect(transitions).toEqual([
      {
        transition: { at: '2026-01-01T00:00:00.007Z', from: 'closed', to: 'open', reason: '5 failures in a row' },
        cause: { code: 'HTTP_500', message: 'answered 500' },
        calls: Array.from({ length: 5 }, () => expect.objectContaining({ outcome: 'failed', code: 'HTTP_500' })),
      },
    ])
  })

  test('a success in between starts the count anew, a neutral outcome does not', () => {
    const { policy, run } = createPolicy()
    run(start, failure, failure, failure, failure, success, failure, failure, neutral, failure, failure)
    expect(policy.state).toBe('closed')
    expect(policy.consecutiveFailures).toBe(4)
    run(start, failure)
    expect(policy.state).toBe('open')
  })

  test('an open breaker refuses calls and says when it probes next', () => {
    const { admit, run } = createPolicy()
    run(start, ...fail5)
    expect(admit(start + 59_999)).toEqual({ kind: 'refused', retryAt: start + 60_000 })
  })

  test('an open breaker whose clock is set back probes at the latest one wait after that', () => {
    const { policy, run } = createPolicy()
    run(start, ...fail5)
    const setBack = start - 3_600_000
    policy.advance(setBack)
    expect(policy.admits(setBack + 59_999)).toBe(false)
    expect(policy.admits(setBack + 60_000)).toBe(true)
  })
})

describe('the rules by rate', () => {
  const failureRate = { percent: 50, windowSeconds: 10, minimumCalls: 4 }

  test('enough calls with too many failures among them open it, whatever their order, and the failed ones are named', () => {
    const { policy, transitions } = createPolicy({ failureRate })
    const end = (verdict: CallVerdict, attempt: number) =>
      policy.record(ticketOf(policy.admit(start, 1_000)), verdict, start, {
        durationMs: 10,
        ref: { taskId: 'task-1', attempt },
      })
    end(failure, 1)
    end(success, 2)
    end(success, 3)
    expect(policy.state).toBe('closed')
    end(failure, 4)
    expect(policy.state).toBe('open')
    expect(transitions.at(-1)).toMatchObject({
      transition: { reason: '2 of 4 calls failed within 10 s (limit 50 %)' },
      calls: [
        { taskId: 'task-1', attempt: 1, outcome: 'failed' },
        { taskId: 'task-1', attempt: 4, outcome: 'failed' },
      ],
    })
  })

  test('too few calls open nothing, nor do failures that are older than the window', () => {
    const { policy, run } = createPolicy({ failureRate })
    run(start, failure, failure, failure)
    run(start + 10_000, success, failure)
    expect(policy.state).toBe('closed')
  })

  test('slow calls open it though they succeed, and a slow probe opens it again', () => {
    const slowCalls = { percent: 100, windowSeconds: 10, minimumCalls: 2, slowMs: 500 }
    const { policy, transitions, admit } = createPolicy({ slowCalls, successThreshold: 1 })
    const end = (now: number, durationMs: number) =>
      policy.record(ticketOf(admit(now)), success, now, { durationMs, ref: null })
    end(start, 700)
    end(start, 500)
    expect(policy.state).toBe('open')
    expect(transitions.at(-1)).toMatchObject({
      transition: { reason: '2 of 2 calls took 500 ms or more within 10 s (limit 100 %)' },
      cause: { code: 'SLOW_CALL' },
      calls: [{ outcome: 'slow', durationMs: 700 }, { outcome: 'slow' }],
    })
    end(start + 60_000, 600)
    expect(policy.state).toBe('open')
    expect(transitions.at(-1)?.transition.reason).toBe('the probe was slow: the call took 600 ms')
    end(start + 120_000, 499)
    expect(policy.state).toBe('closed')
  })

  test('what was counted before it opened does not open it again', () => {
    const { policy, run } = createPolicy({ failureRate, successThreshold: 1, openMs: 100 })
    run(start, failure, failure, failure, failure)
    run(start + 100, success)
    expect(policy.state).toBe('closed')
    run(start + 100, failure, success, success)
    expect(policy.state).toBe('closed')
  })

  test('a rule that is set while it runs holds from then on, one taken away no more, and a count goes on under a new limit', () => {
    const { policy, run } = createPolicy({ failureThreshold: 1_000, failureRate })
    run(start, failure, failure, success)
    policy.configure({ ...config, failureThreshold: 1_000, failureRate: { ...failureRate, percent: 60 } })
    run(start, success)
    expect(policy.state).toBe('closed')
    policy.configure({ ...config, failureThreshold: 1_000 })
    run(start, ...fail5)
    expect(policy.state).toBe('closed')
  })
})

describe('what replicas find together', () => {
  const open = { kind: 'open', until: start + 5_000, reason: '2 of 3 replicas see it open' } as const

  test('a closed breaker follows a quorum, and still says that nothing was seen here', () => {
    const { policy } = createPolicy()
    policy.follow(open, start)
    expect(policy.phase).toEqual({ kind: 'open', until: start + 5_000 })
    expect(policy.sees).toBe('closed')
    policy.follow({ kind: 'closed', reason: 'no quorum' }, start + 1)
    expect(policy.state).toBe('closed')
  })

  test('a follower probes like any other, and what its probe finds is its own', () => {
    const { policy, run } = createPolicy()
    policy.follow(open, start)
    policy.advance(start + 5_000)
    expect(policy.sees).toBe('closed')
    run(start + 5_000, failure)
    expect(policy.state).toBe('open')
    expect(policy.sees).toBe('open')
  })

  test('nobody follows while an operator holds it', () => {
    const { policy } = createPolicy()
    policy.force({ ...forcedOpen, state: 'closed' }, start)
    policy.follow(open, start)
    expect(policy.state).toBe('closed')
    policy.force(forcedOpen, start)
    policy.follow({ kind: 'closed', reason: 'no quorum' }, start)
    expect(policy.state).toBe('open')
    expect(policy.sees).toBeNull()
  })

  test("another replica's failed probe postpones this one's, but does not end it", () => {
    const { policy, run, admit } = createPolicy()
    run(start, ...fail5)
    policy.follow({ kind: 'wait', until: start + 90_000, reason: 'its probe failed' }, start + 30_000)
    expect(policy.admits(start + 60_000)).toBe(false)
    const probe = ticketOf(admit(start + 90_000))
    policy.follow({ kind: 'wait', until: start + 150_000, reason: 'its probe failed' }, start + 90_001)
    expect(policy.isProbe(probe)).toBe(true)
  })

  test('a probe that another replica has the right to is given back until then', () => {
    const { policy, run, admit } = createPolicy()
    run(start, ...fail5)
    const probe = ticketOf(admit(start + 60_000))
    policy.defer(probe, start + 61_000)
    expect(policy.admits(start + 60_999)).toBe(false)
    expect(admit(start + 60_999)).toEqual({ kind: 'refused', retryAt: start + 61_000 })
    expect(policy.nextProbeAt).toBe(start + 61_000)
    expect(policy.admits(start + 61_000)).toBe(true)
  })
})

describe('probing', () => {
  test('a probe that succeeds after its time is over closes nothing and takes nothing: its process stood still', () => {
    const { policy, run, admit } = createPolicy({ successThreshold: 1 })
    run(start, ...fail5)
    const probe = ticketOf(admit(start + 60_000))
    policy.record(probe, success, start + 90_001)
    expect(policy.state).toBe('half_open')
    expect(policy.admits(start + 90_001)).toBe(true)
  })

  test('is half-open when the wait is over, also if nobody told it', () => {
    const { policy, run, admit, reasons } = createPolicy()
    run(start, ...fail5)
    expect(policy.admits(start + 60_000)).toBe(true)
    admit(start + 60_000)
    expect(policy.state).toBe('half_open')
    expect(reasons().at(-1)).toBe('open for 60 s, now probing')
  })

  test('lets one of 1,000 callers through while a probe is under way, and tells the others when it ends at the latest', () => {
    const { run, admit } = createPolicy()
    run(start, ...fail5)
    const admissions = Array.from({ length: 1_000 }, () => admit(start + 60_000))
    expect(admissions.filter(({ kind }) => kind === 'admitted')).toHaveLength(1)
    expect(admissions.slice(1).every(a => a.kind === 'refused' && a.retryAt === start + 90_000)).toBe(true)
  })

  test('closes after two successful probes one after the other, not after one', () => {
    const { policy, run, reasons } = createPolicy()
    run(start, ...fail5)
    run(start + 60_000, success)
    expect(policy.phase).toEqual({ kind: 'half_open', probe: null, successes: 1 })
    run(start + 60_001, success)
    expect(policy.phase).toEqual({ kind: 'closed' })
    expect(policy.consecutiveFailures).toBe(0)
    expect(reasons().at(-1)).toBe('2 successful probes')
  })

  test('knows since when it has been in trouble through all its probes, until it closes', () => {
    const { policy, run } = createPolicy()
    expect(policy.troubledSince).toBeNull()
    run(start, ...fail5)
    run(start + 60_000, failure)
    run(start + 120_000, success)
    expect(policy.troubledSince).toBe(start)
    run(start + 120_001, success)
    expect(policy.troubledSince).toBeNull()
  })

  test('a failed probe opens it again for the whole wait, and earlier successful probes are forgotten', () => {
    const { policy, run, transitions } = createPolicy()
    run(start, ...fail5)
    run(start + 60_000, success, failure)
    expect(policy.phase).toEqual({ kind: 'open', until: start + 120_000 })
    expect(transitions.at(-1)?.transition.reason).toBe('the probe failed: HTTP_500')
    expect(transitions.at(-1)?.cause).toEqual({ code: 'HTTP_500', message: 'answered 500' })
    run(start + 120_000, success)
    expect(policy.state).toBe('half_open')
  })

  test('a neutral outcome makes room for the next probe and counts for nothing', () => {
    const { policy, run } = createPolicy()
    run(start, ...fail5)
    run(start + 60_000, success, neutral)
    expect(policy.phase).toEqual({ kind: 'half_open', probe: null, successes: 1 })
  })

  test('the outcome of one probe counts once', () => {
    const { policy, run, admit } = createPolicy()
    run(start, ...fail5)
    const ticket = ticketOf(admit(start + 60_000))
    policy.record(ticket, success, start + 60_001)
    policy.record(ticket, success, start + 60_002)
    expect(policy.phase).toEqual({ kind: 'half_open', probe: null, successes: 1 })
  })
})

describe('late answers', () => {
  test.each([success, failure])(
    'a late $kind of a call from before it opened changes nothing while half-open',
    verdict => {
      const { policy, run, admit } = createPolicy({ successThreshold: 1 })
      const late = ticketOf(admit(start))
      run(start, ...fail5)
      policy.advance(start + 60_000)
      const before = policy.phase
      policy.record(late, verdict, start + 60_001)
      expect(policy.phase).toBe(before)
    },
  )

  test('late failures of calls from before it closed again do not open it', () => {
    const { policy, run, admit } = createPolicy({ failureThreshold: 1 })
    const late = ticketOf(admit(start))
    run(start, failure)
    run(start + 60_000, success, success)
    policy.record(late, failure, start + 60_001)
    expect(policy.state).toBe('closed')
    expect(policy.consecutiveFailures).toBe(0)
  })

  test('the answer of a probe from before a reset changes nothing', () => {
    const { policy, run, admit } = createPolicy({ failureThreshold: 1 })
    run(start, failure)
    const probe = ticketOf(admit(start + 60_000))
    policy.reset('Ann', 'fixed', start + 60_001)
    policy.record(probe, failure, start + 60_002)
    expect(policy.state).toBe('closed')
  })
})

describe('operators', () => {
  test('forced open refuses every call with no time to retry, however long it lasts', () => {
    const { policy, admit, reasons } = createPolicy()
    policy.force(forcedOpen, start)
    expect(admit(start + 365 * 86_400_000)).toEqual({ kind: 'refused', retryAt: null })
    expect(reasons()).toEqual(['forced open by Ann: provider outage'])
  })

  test('forced closed admits every call through any number of failures, and counts them', () => {
    const { policy, run } = createPolicy()
    policy.force({ ...forcedOpen, state: 'closed' }, start)
    run(start, ...fail5, ...fail5)
    expect(policy.state).toBe('closed')
    expect(policy.consecutiveFailures).toBe(10)
  })

  test('a forced-open state that expires has to prove itself with probes', () => {
    const { policy, admit, reasons } = createPolicy()
    policy.force({ ...forcedOpen, expiresAt: start + 5_000 }, start)
    expect(policy.deadline).toBe(start + 5_000)
    expect(policy.admits(start + 4_999)).toBe(false)
    expect(policy.admits(start + 5_000)).toBe(true)
    expect(admit(start + 5_000).kind).toBe('admitted')
    expect(policy.state).toBe('half_open')
    expect(reasons().at(-1)).toBe('forced open by Ann has expired')
  })

  test('a forced-closed state that expires obeys the failures again', () => {
    const { policy, run } = createPolicy()
    policy.force({ ...forcedOpen, state: 'closed', expiresAt: start + 5_000 }, start)
    run(start, ...fail5)
    policy.advance(start + 5_000)
    expect(policy.forced).toBeNull()
    run(start + 5_001, failure)
    expect(policy.state).toBe('open')
  })

  test('a reset ends forced and open states alike and forgets the failures', () => {
    const { policy, run, reasons } = createPolicy()
    run(start, ...fail5)
    policy.force(forcedOpen, start)
    policy.reset('Bob', 'provider is back', start + 1)
    expect(policy.state).toBe('closed')
    expect(policy.forced).toBeNull()
    expect(policy.consecutiveFailures).toBe(0)
    expect(reasons().at(-1)).toBe('reset by Bob: provider is back')
  })

  test('keeps saying since when it has been open when it is forced open as well', () => {
    const { policy, run } = createPolicy()
    run(start, ...fail5)
    policy.force(forcedOpen, start + 10_000)
    expect(policy.since).toBe(start)
  })
})

describe('new thresholds', () => {
  test('a shorter wait holds at once for a breaker that is open', () => {
    const { policy, run } = createPolicy()
    run(start, ...fail5)
    policy.configure({ ...config, openMs: 1_000 })
    expect(policy.deadline).toBe(start + 1_000)
    expect(policy.admits(start + 1_000)).toBe(true)
  })

  test('keep the failures counted so far', () => {
    const { policy, run } = createPolicy()
    run(start, failure, failure)
    policy.configure({ ...config, failureThreshold: 3 })
    run(start, failure)
    expect(policy.state).toBe('open')
  })
})
