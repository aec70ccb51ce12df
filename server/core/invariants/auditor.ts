import {
  type InvariantName,
  type InvariantView,
  invariantNames,
  type RunInvariants,
} from '../../contracts/invariants.ts'
import { Duty } from '../queue/duty.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import { defaultTenantId, type Principal, systemPrincipal } from '../shared/principal.ts'
import { checkCatalog } from './check-catalog.ts'
import type { InvariantOperations } from './invariant-operations.ts'
import type { CheckResult, Finding, InvariantStore } from './invariant-store.ts'

export interface AuditorOptions {
  store: InvariantStore
  /** Checks that look into this process instead of the database. */
  ofProcess: Partial<Record<InvariantName, () => Promise<Finding>>>
  /** Whether the schedule is this replica's duty now. */
  isMine: () => boolean
  /** Results were kept. */
  onResults: () => void
  clock: Clock
  logger: Logger
}

const everyMs = 300_000
const firstAfterMs = 20_000
const notMineMs = 5_000
/** What breaks an invariant for a moment while others commit is looked at a second time after this long. */
const confirmAfterMs = 250
const sampleSize = 20
const couldNotLook = 'The check could not be made; the log of the replica says why.'

/**
 * Proves again and again that what must always be true is so: named checks every five minutes on one replica, and whenever
 * somebody asks. What is found is kept, with how to repair it, and raises an alert; nothing is repaired here.
 */
export class Auditor implements InvariantOperations {
  readonly #options: AuditorOptions
  readonly #duty: Duty
  #isStopped = false
  #known: { at: number; results: Promise<CheckResult[]> } | null = null

  constructor(options: AuditorOptions) {
    this.#options = options
    const { clock, logger } = options
    this.#duty = new Duty({ name: 'invariants', clock, logger, retryMs: everyMs, run: () => this.#scheduled() })
  }

  start(): void {
    this.#duty.start(firstAfterMs)
  }

  /** Ends a scheduled round after the check under way; what it found so far is not kept. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#duty.stop()
  }

  async list(tenantId: string): Promise<InvariantView[]> {
    requireFirstTenant(tenantId)
    const results = new Map((await this.#read()).map(result => [result.name, result]))
    return invariantNames.map(name => toView(name, results.get(name)))
  }

  async run(by: Principal, { names }: RunInvariants): Promise<InvariantView[]> {
    requireFirstTenant(by.tenantId)
    await this.#check(names ?? invariantNames, by)
    return this.list(by.tenantId)
  }

  async #scheduled(): Promise<number> {
    if (!this.#options.isMine()) return notMineMs
    await this.#check(invariantNames, systemPrincipal(defaultTenantId))
    return everyMs
  }

  async #check(names: readonly InvariantName[], by: Principal): Promise<void> {
    const results = []
    // One after the other: they read much, and nobody waits for milliseconds.
    for (const name of names) {
      if (this.#isStopped) return
      results.push(await this.#checkOne(name, by))
    }
    await this.#options.store.save(results, by.kind === 'system' ? null : by)
    this.#known = null
    this.#options.onResults()
    const broken = results.filter(({ outcome }) => outcome !== 'held')
    if (broken.length > 0) this.#options.logger.error({ broken }, 'invariants do not hold')
  }

  async #checkOne(name: InvariantName, by: Principal): Promise<Omit<CheckResult, 'violatedSince'>> {
    const { clock } = this.#options
    const ranAt = clock.now()
    const base = { name, ranAt, ranBy: by.name }
    try {
      const { count, sample } = await this.#find(name)
      const outcome = count === 0 ? ('held' as const) : ('violated' as const)
      const found = { found: count, sample: sample.slice(0, sampleSize) }
      return { ...base, ...found, outcome, error: null, durationMs: clock.now() - ranAt }
    } catch (error) {
      this.#options.logger.warn({ error, name }, 'an invariant could not be checked')
      const durationMs = clock.now() - ranAt
      return { ...base, found: 0, sample: [], outcome: 'failed', error: couldNotLook, durationMs }
    }
  }

  /** Process and database are looked at one after the other, so that only what is found twice is true. */
  async #find(name: InvariantName): Promise<Finding> {
    const { store, ofProcess, clock } = this.#options
    const look = ofProcess[name] ?? (() => store.find(name))
    const first = await look()
    if (first.count === 0) return first
    await new Promise<void>(resolve => void clock.setTimer(confirmAfterMs, resolve))
    return look()
  }

  #read(): Promise<CheckResult[]> {
    const { clock, store } = this.#options
    const now = clock.now()
    if (this.#known && now - this.#known.at < notMineMs) return this.#known.results
    const results = store.results()
    this.#known = { at: now, results }
    results.catch(() => {
      this.#known = null
    })
    return results
  }
}

function toView(name: InvariantName, result: CheckResult | undefined): InvariantView {
  const iso = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : new Date(ms).toISOString())
  return {
    name,
    ...checkCatalog[name],
    outcome: result?.outcome ?? 'never',
    found: result?.found ?? 0,
    sample: [...(result?.sample ?? [])],
    violatedSince: iso(result?.violatedSince),
    lastRunAt: iso(result?.ranAt),
    durationMs: result?.durationMs ?? null,
    ranBy: result?.ranBy ?? null,
    error: result?.error ?? null,
  }
}

function requireFirstTenant(tenantId: string): void {
  if (tenantId === defaultTenantId) return
  throw new QuarterdeckError('FORBIDDEN', {
    message: 'The auditor looks at the whole installation.',
    action: `Ask somebody of the tenant ${defaultTenantId}.`,
  })
}
