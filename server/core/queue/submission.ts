import { limits } from '../../contracts/common.ts'
import type { SubmitReceipt, SubmitTask } from '../../contracts/tasks.ts'
import type { LearnedDurations } from '../graph/expected-duration.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import { answeredGapMs } from '../shared/batch-pace.ts'
import { Batcher } from '../shared/batcher.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { IdSource } from '../shared/ids.ts'
import { toStorableJson, utf8Bytes } from '../shared/json-limits.ts'
import type { Logger } from '../shared/logger.ts'
import type { Actor } from '../shared/principal.ts'
import type { Admission } from './admission.ts'
import { checkRoute, checkTimes } from './check-submission.ts'
import { type EagerStarter, insertEagerly } from './eager-start.ts'
import { hurryAncestors } from './hurry-ancestors.ts'
import type { Lane, LanePurpose } from './lane.ts'
import type { LaneDirectory } from './lane-directory.ts'
import { priorityOf, type QueuePolicy, rankOf, scoreOf } from './priority.ts'
import { noResources } from './resources.ts'
import { orThrow, toAnswer } from './submission-answer.ts'
import { limitsOf } from './task-limits.ts'
import type { InsertResult, NewTask, Remake, TaskStore } from './task-store.ts'

/** Checks a payload against the schema that the modules of its type share. */
export interface PayloadValidator {
  /** Null when valid or when the type has no schema; else what is wrong, one sentence. */
  validate(tenantId: string, taskType: string, payload: unknown): string | null
}

export interface SubmissionOptions {
  store: TaskStore
  lanes: LaneDirectory
  catalog: ModuleCatalog
  validator: PayloadValidator
  admission: Admission
  clock: Clock
  ids: IdSource
  /** Digest of a text, for comparing repeated submissions. */
  digest: (text: string) => string
  policyOf: (tenantId: string) => QueuePolicy
  /** Starts what nothing stands before. */
  starter: EagerStarter
  /** Told after tasks were committed to a lane, where they wait for a claim. */
  onAccepted: (laneIds: ReadonlySet<number>) => void
  durations: LearnedDurations
  /** Whether what a task with a deadline waits for may be ranked first. */
  mayHurry: () => boolean
  logger: Logger
}

/** The ended task that a submission is made from. */
export interface Origin extends Omit<Remake, 'by'> {
  taskId: string
}

const none: readonly string[] = []
const batchDelayMs = 1
const batchSize = 256
const graphsPerBatch = 64
/** The database works on one batch while this process makes the next. */
const concurrentBatches = 2

/** What a submission comes from, beside its own words. */
export interface SubmissionContext {
  /** The task it is made from. */
  origin?: Origin | null
  /** W3C trace context of the caller; null when there was none that can be carried on. */
  traceparent?: string | null
}

/** A submission that was found well, and what its lane is for. */
interface Checked {
  /** JSON text. */
  payload: string
  acceptedAt: number
  times: ReturnType<typeof checkTimes>
  purpose: LanePurpose
}

/** What is known of a submission before its task is made. */
interface Known extends Required<SubmissionContext> {
  acceptedAt: number
  runAt: number | null
  deadline: number | null
  /** JSON text. */
  payload: string
  lane: Lane
  dependsOn: readonly string[]
}

/**
 * Takes tasks in: checks everything that can be checked, fixes priority, score and rank, and answers after the commit.
 * Submissions that arrive together are committed together.
 */
export class Submission {
  readonly #options: SubmissionOptions
  readonly #batcher: Batcher<NewTask, InsertResult>
  /** Tasks that hang together. Apart from the others, which so never wait for a task that is just ending. */
  readonly #graphs: Batcher<NewTask[], InsertResult[]>
  #isClosed = false

  constructor(options: SubmissionOptions) {
    this.#options = options
    this.#batcher = new Batcher({
      clock: options.clock,
      maxDelayMs: batchDelayMs,
      gapMs: answeredGapMs,
      maxSize: batchSize,
      maxConcurrent: concurrentBatches,
      write: tasks => this.#write(tasks),
    })
    this.#graphs = new Batcher({
      clock: options.clock,
      maxDelayMs: batchDelayMs,
      gapMs: answeredGapMs,
      maxSize: graphsPerBatch,
      maxConcurrent: 1,
      write: graphs => this.#writeGraphs(graphs),
    })
  }

  /**
   * Resolves after the commit. Throws what is wrong with the input, QUEUE_FULL, IDEMPOTENCY_CONFLICT, or DEAD_LETTER_NOT_OPEN
   * when it reprocesses a dead letter that is not open.
   */
  async submit(by: Actor, input: SubmitTask, context: SubmissionContext = {}): Promise<SubmitReceipt> {
    const { admission, lanes } = this.#options
    const dependsOn = input.dependsOn ?? []
    const checked = this.#check(by, input)
    const lane = lanes.find(checked.purpose) ?? (await lanes.ensure(checked.purpose))
    const task = this.#takeIn(by, input, checked, { lane, dependsOn, context })
    if (dependsOn.length > 0) {
      const [receipt] = await this.commit([task])
      return orThrow(receipt)
    }
    // The way of nearly every task: two promises less than by way of `commit`.
    let isInserted = false
    try {
      const result = await this.#batcher.add(task)
      isInserted = result.kind === 'inserted'
      return orThrow(toAnswer(task, result))
    } finally {
      admission.settle(task, isInserted)
    }
  }

  /**
   * Checks a submission and takes a place in the queue for it, which `commit` fills or gives back; so that must follow.
   * `dependsOn` are the ids of its parents, where the input may hold names for them.
   */
  async admit(
    by: Actor,
    input: SubmitTask,
    dependsOn: readonly string[],
    context: SubmissionContext = {},
  ): Promise<NewTask> {
    const { lanes } = this.#options
    const checked = this.#check(by, input)
    const lane = lanes.find(checked.purpose) ?? (await lanes.ensure(checked.purpose))
    return this.#takeIn(by, input, checked, { lane, dependsOn, context })
  }

  /**
   * Commits tasks together, parents before children. Answers in order what became of each. Rejects, with nothing done, when
   * the store cannot be reached; then each place is given back.
   */
  async commit(tasks: NewTask[]): Promise<(SubmitReceipt | QuarterdeckError)[]> {
    const { admission } = this.#options
    let results: InsertResult[]
    try {
      results = await this.#graphs.add(tasks)
    } catch (error) {
      for (const task of tasks) admission.settle(task, false)
      throw error
    }
    const isInserted = (index: number) => results[index]?.kind === 'inserted'
    for (const [index, task] of tasks.entries()) admission.settle(task, isInserted(index))
    if (this.#options.mayHurry() && tasks.some(task => task.deadline !== null && task.dependsOn.length > 0)) {
      await hurryAncestors(
        this.#options,
        tasks.filter((_, index) => isInserted(index)),
      )
    }
    return tasks.map((task, index) => toAnswer(task, results[index] ?? { kind: 'refused' }))
  }

  /** Takes nothing more (SHUTTING_DOWN), and resolves when all that was taken is answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#batcher.drain(), this.#graphs.drain()])
  }

  async #write(tasks: NewTask[]): Promise<InsertResult[]> {
    const { store, starter, onAccepted } = this.#options
    const results = await insertEagerly(store, starter, tasks)
    const laneIds = new Set<number>()
    for (const [index, result] of results.entries()) {
      const task = tasks[index]
      if (task && result.kind === 'inserted' && result.lease === undefined) laneIds.add(task.laneId)
    }
    onAccepted(laneIds)
    return results
  }

  /** Whole graphs together, so that each is in one transaction. */
  async #writeGraphs(graphs: NewTask[][]): Promise<InsertResult[][]> {
    const results = await this.#write(graphs.flat())
    return graphs.map(graph => results.splice(0, graph.length))
  }

  /** What is known of a submission before its lane is; throws what is wrong with it. */
  #check(by: Actor, input: SubmitTask): Checked {
    if (this.#isClosed) throw shuttingDown()
    const payload = this.#checkedPayload(by.tenantId, input)
    const acceptedAt = this.#options.clock.now()
    const times = checkTimes(input, acceptedAt)
    const purpose = {
      tenantId: by.tenantId,
      taskType: input.type,
      pinnedModuleId: input.moduleId ?? null,
      resources: input.resources ?? noResources,
    }
    return { payload, acceptedAt, times, purpose }
  }

  /** Makes the task and takes a place in the queue for it. */
  #takeIn(
    by: Actor,
    input: SubmitTask,
    { payload, acceptedAt, times }: Checked,
    { lane, dependsOn, context }: { lane: Lane; dependsOn: readonly string[]; context: SubmissionContext },
  ): NewTask {
    const { origin = null, traceparent = null } = context
    const { runAt, deadline } = times
    const task = this.#newTask(by, input, {
      runAt,
      deadline,
      acceptedAt,
      payload,
      lane,
      dependsOn,
      origin,
      traceparent,
    })
    this.#options.admission.admit(task)
    return task
  }

  /** The payload as JSON text. Throws when no module could take the task, or its payload is not what they take. */
  #checkedPayload(tenantId: string, input: SubmitTask): string {
    checkRoute(this.#options.catalog, tenantId, input)
    const value = input.payload ?? null
    const payload = toStorableJson(value, 'payload', { bytes: limits.payloadBytes, depth: limits.jsonDepth })
    const mismatch = this.#options.validator.validate(tenantId, input.type, value)
    if (mismatch === null) return payload
    throw new QuarterdeckError('PAYLOAD_SCHEMA_MISMATCH', {
      message: `The payload does not fit type ${input.type}: ${mismatch}`,
      action: 'See the input schema of the type on its module.',
    })
  }

  #newTask(by: Actor, input: SubmitTask, known: Known): NewTask {
    const { catalog, ids, digest, policyOf } = this.#options
    const { acceptedAt, runAt, origin, lane, payload } = known
    const { tenantId, name: submittedBy } = by
    const { type } = input
    const policy = policyOf(tenantId)
    const priority = priorityOf(policy, type, input.priority)
    const score = scoreOf(policy, type, priority)
    const { timeoutMs, totalTimeoutMs, maxAttempts } = limitsOf(catalog, policy, tenantId, input)
    const id = ids.next()
    // Each field by its name: what is spread into so large an object is copied property by property.
    return {
      tenantId,
      id,
      laneId: lane.id,
      type,
      pinnedModuleId: lane.pinnedModuleId,
      priority,
      score,
      rank: rankOf(acceptedAt, score),
      runAt,
      deadline: known.deadline,
      timeoutMs,
      totalTimeoutMs,
      maxAttempts,
      complexity: input.estimatedComplexity ?? 1,
      costBudgetUsd: input.costBudgetUsd ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
      bodyHash: input.idempotencyKey === undefined ? null : digest(canonicalBody(input)),
      submittedBy,
      dependsOn: known.dependsOn.length === 0 ? none : known.dependsOn.map(parentId => parentId.toLowerCase()),
      retryOf: origin?.taskId ?? null,
      remake: origin && { kind: origin.kind, by, jobId: origin.jobId, isPayloadEdited: origin.isPayloadEdited },
      traceparent: known.traceparent,
      acceptedAt,
      payload,
      payloadBytes: utf8Bytes(payload),
      event: {
        schemaVersion: 1,
        type: runAt === null ? 'task.ready' : 'task.scheduled',
        at: acceptedAt,
        priority,
        taskId: id,
        moduleId: lane.pinnedModuleId,
        instanceId: null,
        data: { type, submittedBy },
      },
    }
  }
}

function shuttingDown(): QuarterdeckError {
  return new QuarterdeckError('SHUTTING_DOWN', {
    message: 'This server is stopping and takes no new work.',
    action: 'Try again in a few seconds, with the same idempotency key if you used one.',
    details: { retryAfterSeconds: 5 },
    retryable: true,
  })
}

/** Everything of a submission but its key, in one fixed order of fields. */
function canonicalBody(input: SubmitTask): string {
  const { idempotencyKey: _, ...body } = input
  return JSON.stringify(sortKeys(body))
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortKeys(member)]),
  )
}
