import type { OutcomeLearner } from '../routing/task-router.ts'
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
} from './service-record.ts'

export interface StoredEvidence extends ServiceKey {
  evidence: Evidence
}

export interface EvidenceAddition extends ServiceKey {
  delta: EvidenceDelta
}

/** Where evidence outlives the process and meets that of other replicas. */
export interface ServiceRecordStore {
  loadAll(): Promise<StoredEvidence[]>
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
  /** Learned since the last write began; null when nothing was. */
  unsaved: EvidenceDelta | null
}

const defaultFlushIntervalMs = 3_000

/**
 * The brain's long-term evidence, in memory, of every tenant, task type and service. What was learned is added to the store
 * every three seconds, changed records only; what other replicas learned of the same ones comes back with it. When the store
 * fails, nothing is lost: the next write adds it all.
 */
export class ServiceRecords implements OutcomeLearner {
  readonly #store: ServiceRecordStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #flushIntervalMs: number
  readonly #tenants = new Map<string, Map<string, Map<string, OwnRecord>>>()
  readonly #dirty = new Set<OwnRecord>()
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
    for (const { evidence, ...key } of await this.#store.loadAll()) this.#own(key).evidence = evidence
    this.#schedule()
  }

  /** Writes what is unsaved and stops. */
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

  learn(outcome: {
    tenantId: string
    taskType: string
    moduleId: string
    ok: boolean
    durationMs: number
    errorCode: string | null
  }): void {
    const record = this.#own(outcome)
    const delta = deltaOf(outcome)
    record.evidence = addEvidence(record.evidence, delta)
    record.unsaved = record.unsaved === null ? delta : addDeltas(record.unsaved, delta)
    this.#dirty.add(record)
  }

  /** Writes what is unsaved now. Never rejects: what could not be written is kept for the next time. */
  async flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    await this.#writing
  }

  async #write(): Promise<void> {
    const taken: { record: OwnRecord; delta: EvidenceDelta }[] = []
    for (const record of this.#dirty) {
      if (record.unsaved !== null) taken.push({ record, delta: record.unsaved })
      record.unsaved = null
    }
    this.#dirty.clear()
    if (taken.length === 0) return
    try {
      const sums = await this.#store.add(taken.map(({ record, delta }) => ({ ...record.key, delta })))
      for (const { evidence, ...key } of sums) this.#adopt(key, evidence)
    } catch (error) {
      this.#logger.warn({ error, records: taken.length }, 'what was learned could not be stored yet; trying again')
      for (const { record, delta } of taken) this.#putBack(record, delta)
    }
  }

  /** Takes on the sum of all replicas, with what was learned here while it was written. */
  #adopt(key: ServiceKey, sum: Evidence): void {
    const record = this.#own(key)
    record.evidence = record.unsaved === null ? sum : addEvidence(sum, record.unsaved)
  }

  #putBack(record: OwnRecord, delta: EvidenceDelta): void {
    record.unsaved = record.unsaved === null ? delta : addDeltas(delta, record.unsaved)
    this.#dirty.add(record)
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
    const record: OwnRecord = { key: { tenantId, taskType, moduleId }, evidence: noEvidence, unsaved: null }
    modules.set(moduleId, record)
    types.set(taskType, modules)
    this.#tenants.set(tenantId, types)
    return record
  }
}
