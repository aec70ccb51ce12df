import type { DeploymentMove } from '../registry/decide-deployment.ts'
import { sidesOf } from '../registry/deployment-state.ts'
import type { DeploymentRecord, InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import { describeDuration } from '../resilience/describe-duration.ts'
import { estimateShare } from '../shared/wilson.ts'
import type { VersionTally } from './deployment-tally-store.ts'

/** How one instance is, as far as a deployment asks. */
export interface InstanceStanding {
  state: 'healthy' | 'degraded' | 'unhealthy' | 'unknown'
  reason: string
  isBreakerOpen: boolean
  inFlight: number
}

export interface JudgedSituation {
  module: ModuleRecord
  deployment: DeploymentRecord
  tallies: readonly VersionTally[]
  standingOf: (instance: InstanceRecord) => InstanceStanding
  now: number
}

/** What is to be done now; null: wait, for what `waitingFor` says. */
export interface Verdict {
  move: DeploymentMove | null
  waitingFor: string | null
}

/** So long after old instances were taken out, other replicas have heard of it and begin no more calls there. */
const heardMs = 2_000
/** Fewer failed calls of the new version never stop a deployment: one bad call is no evidence. */
const leastFailures = 3
/** Calls that were given up are gone by then, on whichever replica they ran. */
const givenUpMs = 5_000

const wait = (waitingFor: string | null): Verdict => ({ move: null, waitingFor })
const act = (move: DeploymentMove): Verdict => ({ move, waitingFor: null })

/**
 * What a deployment does next. It stops itself when new instances are unhealthy, their breakers open, or fail clearly more than
 * the old ones; it goes on when a step has lasted long enough, enough of its calls have ended, and they fail no more than
 * `tolerance` above the old ones. In between it waits for more calls. Pure.
 */
export function judgeDeployment(situation: JudgedSituation): Verdict {
  const { module, deployment } = situation
  const { fresh, old } = sidesOf(module, deployment)
  switch (deployment.state) {
    case 'joining':
      return judgeJoining(situation, fresh)
    case 'stepping':
      return judgeStep(situation, fresh)
    case 'paused': {
      const fault = faultOf(situation, fresh)
      return fault === null ? wait('a person, who paused it') : act({ kind: 'stop', reason: fault })
    }
    case 'draining':
      return judgeEmptying(situation, old, { kind: 'complete' })
    case 'rolling_back':
      return judgeEmptying(situation, fresh, { kind: 'leave' })
    case 'stopped':
      return wait('a person: roll it back, or try the step again')
    case 'completed':
    case 'rolled_back':
      return wait(null)
  }
}

function judgeJoining(situation: JudgedSituation, fresh: readonly InstanceRecord[]): Verdict {
  const { module, deployment, standingOf, now } = situation
  if (fresh.length === 0) return act({ kind: 'stop', reason: noneLeft(deployment) })
  if (!module.enabled) return wait('the module to be enabled: a disabled one is not checked')
  const sick = fresh.find(instance => isSick(standingOf(instance)))
  if (!sick) return act({ kind: 'step', step: 0 })
  const why = `${sick.endpoint}: ${standingOf(sick).reason}`
  if (now - deployment.since < deployment.healthyWithinMs) return wait(`new instances to be well. ${why}`)
  return act({ kind: 'stop', reason: `The new instances did not become well in time. ${why}` })
}

function judgeStep(situation: JudgedSituation, fresh: readonly InstanceRecord[]): Verdict {
  const { module, deployment, tallies, now } = situation
  const fault = faultOf(situation, fresh)
  if (fault !== null) return act({ kind: 'stop', reason: fault })
  if (!module.enabled) return wait('the module to be enabled')
  const { minCalls, minStepMs, since, tolerance, step, steps } = deployment
  const own = sumOf(tallies.filter(tally => tally.round === deployment.round && tally.version === deployment.version))
  const leftMs = since + minStepMs - now
  if (leftMs > 0) return wait(`${describeDuration(Math.ceil(leftMs / 1_000) * 1_000)} more of this step`)
  if (own.calls < minCalls) return wait(`${minCalls - own.calls} more calls of the new version`)
  const oldRate = rateOf(sumOf(tallies.filter(tally => tally.version !== deployment.version)))
  if (rateOf(own) > oldRate + tolerance) {
    return wait(`more calls: ${percent(rateOf(own))} of them fail, ${percent(oldRate)} before; too few to tell`)
  }
  return act(step + 1 < steps.length ? { kind: 'step', step: step + 1 } : { kind: 'drain' })
}

function judgeEmptying(
  { deployment, standingOf, now }: JudgedSituation,
  leaving: readonly InstanceRecord[],
  then: DeploymentMove,
): Verdict {
  const running = leaving.reduce((sum, instance) => sum + standingOf(instance).inFlight, 0)
  const elapsed = now - deployment.since
  if (leaving.length === 0 || elapsed > deployment.drainWithinMs + givenUpMs) return act(then)
  if (running > 0) return wait(`${running} running calls of what leaves`)
  return elapsed < heardMs ? wait('other replicas to hear of it') : act(then)
}

/** What stops a deployment whose new version takes calls; null when nothing does. */
function faultOf(
  { deployment, tallies, standingOf }: JudgedSituation,
  fresh: readonly InstanceRecord[],
): string | null {
  if (fresh.length === 0) return noneLeft(deployment)
  for (const instance of fresh) {
    const { state, reason, isBreakerOpen } = standingOf(instance)
    if (state === 'unhealthy') return `The new instance ${instance.endpoint} is unhealthy: ${reason}`
    if (isBreakerOpen) return `The breaker of the new instance ${instance.endpoint} opened.`
  }
  const own = sumOf(tallies.filter(tally => tally.round === deployment.round && tally.version === deployment.version))
  const old = sumOf(tallies.filter(tally => tally.version !== deployment.version))
  const estimate = estimateShare(own.calls, own.failures)
  const bound = rateOf(old) + deployment.tolerance
  if (estimate === null || own.failures < leastFailures || estimate.low <= bound) return null
  return (
    `${own.failures} of ${own.calls} calls of version ${deployment.version} failed (${percent(estimate.rate)}), ` +
    `of the version before ${percent(rateOf(old))}.`
  )
}

function isSick({ state, isBreakerOpen }: InstanceStanding): boolean {
  return state === 'unhealthy' || state === 'unknown' || isBreakerOpen
}

function noneLeft({ version }: DeploymentRecord): string {
  return `No instance of version ${version} is left.`
}

function sumOf(tallies: readonly VersionTally[]): { calls: number; failures: number } {
  return tallies.reduce(
    (sum, { calls, failures }) => ({ calls: sum.calls + calls, failures: sum.failures + failures }),
    { calls: 0, failures: 0 },
  )
}

function rateOf({ calls, failures }: { calls: number; failures: number }): number {
  return calls === 0 ? 0 : failures / calls
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
