import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import {
  addDeltas,
  addEvidence,
  deltaOf,
  type Evidence,
  type EvidenceDelta,
  noEvidence,
  type ServiceKey,
  type ServiceOutcome,
} from './service-record.ts'

export interface StoredEvidence extends ServiceKey {
  evidence: Evidence
}

export interface EvidenceAddition extends ServiceKey {
  delta: EvidenceDelta
}

/** Sums that were changed, by whichever replica, and when the last of them was, in ms by the clock of the store. */
export interface ChangedEvidence {
  records: StoredEvidence[]
  /** Null when nothing was. */
  latestAt: number | null
}

/** Where evidence outlives the process and meets that of other replicas. */
export interface ServiceRecordStore {
  loadAll(): Promise<StoredEvidence[]>
  /** What was changed after a `latestAt` of before, and some of what was changed just before it; everything when it is null. */
  loadChanged(after: number | null): Promise<ChangedEvidence>
  /** Adds each delta to what is stored, all or nothing, and returns the sums: what all replicas together know. */
  add(additions: readonly EvidenceAddition[]): Promise<StoredEvidence[]>
}

/** What the brain remembers of one service and task type. The object stays the same; its evidence is replaced. */
export interface ServiceRecord {
  readonly key: ServiceKey
  readonly evidence: Evidence
}

interface OwnRecord {
  readonly key: ServiceKey
  evidence: Evidence
}

const defaultFlushIntervalMs = 3_000

/**
 * The brain's long-term evidence, in memory, of every tenant, task type and service. Every three seconds what was learned is added to
 * the store, changed records only, and what other replicas learned is taken on, of services that were not called here too: so all
 * replicas come to the same. When the store fails, nothing is lost: the next write adds it all.
 */
export class ServiceRecords {
  readonly #store: ServiceRecordStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #flushIntervalMs: number
  readonly #tenants = new Map<string, Map<string, Map<string, OwnRecord>>>()
  /** What was learned since the last write began. */
  #unsaved = new Map<OwnRecord, EvidenceDelta>()
  /** Changes of the store are known until then, by its clock. */
  #knownUntil: number | null = null
  #cancelTimer: (() => void) | null = null
  #writing: Promise<void> | null = null

  constructor(options: { store: ServiceRecordStore; clock: Clock; logger: Logger; flushIntervalMs?: number }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#flushIntervalMs = options.flushIntervalMs ?? defaultFlushIntervalMs
  }

  /** Loads what is stored and begins to write. Rejects when the store cannot be read. */
  async start(): Promise<void> {
    await this.#takeOnChanges()
    this.#schedule()
  }

  /** Writes what is unsaved, takes on what others wrote, and stops. */
  async stop(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    await this.#writing
    await this.flush()
  }

  /** The record of a service, made empty on first use. */
  of(key: ServiceKey): ServiceRecord {
    return this.#own(key)
  }

  /** Every record of a tenant, in no order. */
  list(tenantId: string): ServiceRecord[] {
    return [...(this.#tenants.get(tenantId)?.values() ?? [])].flatMap(modules => [...modules.values()])
  }

  /** Mean duration of successful calls of a type on one module, or over all that ran it, each by its evidence; null without any. */
  meanMs(tenantId: string, taskType: string, moduleId: string | null): number | null {
    const records = this.#tenants.get(tenantId)?.get(taskType)
    if (!records) return null
    const asked = moduleId === null ? [...records.values()] : [records.get(moduleId)]
    let weight = 0
    let sum = 0
    for (const record of asked) {
      if (!record || record.evidence.meanMs === null) continue
      weight += record.evidence.successes
      sum += record.evidence.successes * record.evidence.meanMs
    }
    return weight > 0 ? sum / weight : null
  }

  /** Takes in how a call ended (`OutcomeLearner`); a neutral end, such as busy or cancelled, is not reported. */
  learn(outcome: ServiceKey & ServiceOutcome): void {
    const record = this.#own(outcome)
    const delta = deltaOf(outcome)
    record.evidence = addEvidence(record.evidence, delta)
    const unsaved = this.#unsaved.get(record)
    this.#unsaved.set(record, unsaved ? addDeltas(unsaved, delta) : delta)
  }

  /** Writes what is unsaved now, and takes on what others wrote. Never rejects: what could not be written is kept for the next time. */
  async flush(): Promise<void> {
    this.#writing ??= this.#exchange().finally(() => {
      this.#writing = null
    })
    await this.#writing
  }

  /** One after the other: a sum that is read holds all that was written here, and what is unsaved is added to it. */
  async #exchange(): Promise<void> {
    if (!(await this.#write())) return
    await this.#takeOnChanges().catch((error: unknown) => {
      this.#logger.warn({ error }, 'what other replicas learned could not be read yet; trying again')
    })
  }

  async #takeOnChanges(): Promise<void> {
    const { records, latestAt } = await this.#store.loadChanged(this.#knownUntil)
    for (const { evidence, ...key } of records) this.#adopt(key, evidence)
    if (latestAt !== null) this.#knownUntil = latestAt
  }

  async #write(): Promise<boolean> {
    if (this.#unsaved.size === 0) return true
    const taken = this.#unsaved
    this.#unsaved = new Map()
    try {
      const sums = await this.#store.add([...taken].map(([record, delta]) => ({ ...record.key, delta })))
      for (const { evidence, ...key } of sums) this.#adopt(key, evidence)
      return true
    } catch (error) {
      this.#logger.warn({ error, records: taken.size }, 'what was learned could not be stored yet; trying again')
      for (const [record, delta] of taken) this.#putBack(record, delta)
      return false
    }
  }

  /** Takes on what all replicas know, with what was learned here and is not in it yet. */
  #adopt(key: ServiceKey, sum: Evidence): void {
    const record = this.#own(key)
    const unsaved = this.#unsaved.get(record)
    record.evidence = unsaved ? addEvidence(sum, unsaved) : sum
  }

  #putBack(record: OwnRecord, delta: EvidenceDelta): void {
    const later = this.#unsaved.get(record)
    this.#unsaved.set(record, later ? addDeltas(delta, later) : delta)
  }

  #schedule(): void {
    this.#cancelTimer = this.#clock.setTimer(this.#flushIntervalMs, () => {
      void this.flush().then(() => {
        if (this.#cancelTimer !== null) this.#schedule()
      })
    })
  }

  #own(key: ServiceKey): OwnRecord {
    const found = this.#tenants.get(key.tenantId)?.get(key.taskType)?.get(key.moduleId)
    return found ?? this.#add(key)
  }

  #add({ tenantId, taskType, moduleId }: ServiceKey): OwnRecord {
    const types = this.#tenants.get(tenantId) ?? new Map<string, Map<string, OwnRecord>>()
    const modules = types.get(taskType) ?? new Map<string, OwnRecord>()
    const record: OwnRecord = { key: { tenantId, taskType, moduleId }, evidence: noEvidence }
    modules.set(moduleId, record)
    types.set(taskType, modules)
    this.#tenants.set(tenantId, types)
    return record
  }
}
