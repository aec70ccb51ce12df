import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BreakerConfig } from '../../contracts/modules.ts'
import type { CallVerdict } from './breaker-board.ts'
import type { CallTicket } from './breaker-phase.ts'
import { BreakerPolicy, type PolicyTransition } from './breaker-policy.ts'

const config: BreakerConfig = {
  failureThreshold: 3,
  successThreshold: 2,
  openMs: 1_000,
  callTimeoutMs: 500,
  failureRate: null,
  slowCalls: null,
}

const verdicts: Record<'success' | 'failure' | 'neutral', CallVerdict> = {
  success: { kind: 'success' },
  failure: { kind: 'failure', code: 'HTTP_500', message: 'answered 500' },
  neutral: { kind: 'neutral' },
}

type Step =
  | { do: 'begin' }
  | { do: 'end'; which: number; how: keyof typeof verdicts }
  | { do: 'wait'; ms: number; tell: boolean }
  | { do: 'force'; state: 'open' | 'closed'; forMs: number | null }
  | { do: 'reset' }

const callStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Step>({ do: 'begin' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(20),
      how: fc.constantFrom<keyof typeof verdicts>('success', 'failure', 'failure', 'neutral'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 100, 999, 1_000),
      tell: fc.boolean(),
    }),
  },
)
const operatorStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('force' as const),
    state: fc.constantFrom<'open' | 'closed'>('open', 'closed'),
    forMs: fc.constantFrom(null, 500, 1_500),
  }),
  fc.constant<Step>({ do: 'reset' }),
)

interface RunningCall {
  ticket: CallTicket
  isProbe: boolean
  /** How many changes of state there had been when it began. */
  era: number
  begunAt: number
}

/** Drives a policy through the steps, and keeps its own simple record of what happened to check the policy by. */
class Observer {
  now = 0
  readonly transitions: (PolicyTransition & { now: number; during: Step['do'] })[] = []
  running: RunningCall[] = []
  /** Outcomes of calls that began and ended since the last change of state, oldest first, the neutral ones left out. */
  outcomes: string[] = []
  /** The same since the last reset: failures while forced closed count on when that expires. */
  outcomesSinceReset: string[] = []
  step: Step = { do: 'reset' }
  ended: (RunningCall & { how: keyof typeof verdicts }) | null = null
  readonly policy = new BreakerPolicy({
    config,
    now: 0,
    onTransition: transition => this.#observe(transition),
  })

  take(step: Step): void {
    this.step = step
    this.ended = null
    if (step.do === 'begin') this.#begin()
    if (step.do === 'end') this.#end(step)
    if (step.do === 'wait') {
      this.now += step.ms
      if (step.tell) this.policy.advance(this.now)
    }
    if (step.do === 'force') {
      const expiresAt = step.forMs === null ? null : this.now + step.forMs
      this.policy.force({ state: step.state, by: 'Ann', reason: 'a test', at: this.now, expiresAt }, this.now)
    }
    if (step.do === 'reset') this.policy.reset('Ann', 'a test', this.now)
  }

  #begin(): void {
    const promised = this.policy.admits(this.now)
    const forced = this.policy.forced
    const isHeld = forced !== null && (forced.expiresAt === null || this.now < forced.expiresAt)
    const admission = this.policy.admit(this.now, config.callTimeoutMs)
    expect(admission.kind).toBe(promised ? 'admitted' : 'refused')
    if (isHeld) expect(admission.kind).toBe(forced.state === 'open' ? 'refused' : 'admitted')
    if (admission.kind === 'refused') return
    expect(this.policy.state).not.toBe('open')
    const isProbe = this.policy.state === 'half_open'
    this.running.push({ ticket: admission.ticket, isProbe, era: this.transitions.length, begunAt: this.now })
  }

  #end(step: Extract<Step, { do: 'end' }>): void {
    const [call] = this.running.splice(step.which % Math.max(1, this.running.length), 1)
    if (call === undefined) return
    this.ended = { ...call, how: step.how }
    const isTooLate = call.isProbe && step.how === 'success' && this.now > call.begunAt + config.callTimeoutMs
    if (call.era === this.transitions.length && step.how !== 'neutral' && !isTooLate) {
      this.outcomes.push(step.how)
      this.outcomesSinceReset.push(step.how)
    }
    this.policy.record(call.ticket, verdicts[step.how], this.now)
  }

  #observe(transition: PolicyTransition): void {
    const era = this.transitions.length
    const { from, to } = transition.transition
    if (this.step.do === 'end') {
      expect(this.ended?.era, 'only a call of the present state changes it').toBe(era)
      if (from === 'half_open') expect(this.ended?.isProbe).toBe(true)
      if (to === 'open') expect(this.ended?.how).toBe('failure')
      if (from === 'closed') expect(this.outcomesSinceReset.slice(-3)).toEqual(['failure', 'failure', 'failure'])
      if (to === 'closed') expect(this.outcomes).toEqual(['success', 'success'])
      expect([from, to]).not.toEqual(['open', 'closed'])
    }
    this.outcomes = []
    if (this.step.do === 'reset') this.outcomesSinceReset = []
    this.transitions.push({ ...transition, now: this.now, during: this.step.do })
  }
}

test('whatever calls, time and operators do: one probe at a time, three failures open, two probes close, forced wins', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 12, arbitrary: callStep }, operatorStep), { maxLength: 150, size: 'max' }),
      steps => {
        const observer = new Observer()
        for (const step of steps) {
          const forcedBefore = observer.policy.forced
          const transitionsBefore = observer.transitions.length
          observer.take(step)
          const era = observer.transitions.length
          expect(observer.running.filter(call => call.isProbe && call.era === era).length).toBeLessThanOrEqual(1)
          const isOperator = step.do === 'force' || step.do === 'reset'
          const isHeld = forcedBefore && (forcedBefore.expiresAt === null || observer.now < forcedBefore.expiresAt)
          if (isHeld && !isOperator) expect(era).toBe(transitionsBefore)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a service that fails at random opens its breaker at most once per wait, and never leaves it stuck', () => {
  fc.assert(
    fc.property(fc.array(callStep, { maxLength: 300, size: 'max' }), steps => {
      const observer = new Observer()
      for (const step of steps) observer.take(step)
      const opened = observer.transitions.filter(({ transition }) => transition.to === 'open').map(({ now }) => now)
      opened.slice(1).forEach((at, index) => expect(at - (opened[index] ?? at)).toBeGreaterThanOrEqual(config.openMs))

      for (const call of observer.running) observer.policy.record(call.ticket, verdicts.neutral, observer.now)
      expect(observer.policy.admits(observer.now + config.openMs)).toBe(true)
    }),
    { numRuns: 400 },
  )
})
