import { limits, type Page } from '../../contracts/common.ts'
import {
  type ContextSummary,
  type ContextView,
  type ListContexts,
  type MemorySummary,
  memoryLimits,
  type PatternsInput,
  type PatternsView,
  type RecentMemories,
  type RelevantMemoriesInput,
  type RelevantMemory,
  type SetContext,
  type TaskMemory,
  type TypeStatistics,
} from '../../contracts/memory.ts'
import type { ServiceRecords } from '../brain/service-records.ts'
import { BriefCache } from '../shared/brief-cache.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { toStorableJson, utf8Bytes } from '../shared/json-limits.ts'
import type { Principal } from '../shared/principal.ts'
import { falseDiscoveryRate, findPatterns } from './find-patterns.ts'
import type { MemoryOperations } from './memory-operations.ts'
import type { MemoryStore } from './memory-store.ts'
import { chooseRelevant } from './relevant-memories.ts'
import { typeStatistics } from './type-statistics.ts'

export interface MemoryParts {
  store: MemoryStore
  records: Pick<ServiceRecords, 'list' | 'meanMs'>
  /** The module that ranks first, by task type. */
  bestServices: (tenantId: string) => ReadonlyMap<string, string>
  clock: Clock
}

/** Calls that patterns are looked for in: analysed in some tens of milliseconds. */
const mostCalls = 5_000
const patternsKeptMs = 30_000
const usualWindowHours = 24
const hourMs = 3_600_000

/**
 * Memory as others ask it. Nothing is written twice: the short term is the history of tasks, the long term the brain's evidence
 * and the sums of spend, and patterns are found on demand in a bounded number of the newest calls. Contexts alone are kept here.
 */
export class MemoryService implements MemoryOperations {
  readonly #parts: MemoryParts
  readonly #patterns: BriefCache<PatternsView>

  constructor(parts: MemoryParts) {
    this.#parts = parts
    this.#patterns = new BriefCache({ clock: parts.clock, keepMs: patternsKeptMs, most: 50 })
  }

  recent(tenantId: string, query: RecentMemories): Promise<TaskMemory[]> {
    return this.#parts.store.recent(tenantId, query)
  }

  async longTerm(tenantId: string): Promise<TypeStatistics[]> {
    const { store, records, bestServices } = this.#parts
    return typeStatistics(records.list(tenantId), await store.spend(tenantId), bestServices(tenantId))
  }

  patterns(tenantId: string, { taskType, windowHours }: PatternsInput): Promise<PatternsView> {
    const { store, clock } = this.#parts
    return this.#patterns.get(`${tenantId} ${taskType ?? ''} ${windowHours}`, async () => {
      const from = clock.now() - windowHours * hourMs
      const calls = await store.tracedCalls(tenantId, { taskType, from, limit: mostCalls })
      const since = calls.reduce((least, { dispatchedAt }) => Math.min(least, dispatchedAt), Number.POSITIVE_INFINITY)
      return {
        ...findPatterns(calls),
        calls: calls.length,
        since: calls.length === 0 ? null : new Date(since).toISOString(),
        falseDiscoveryRate,
      }
    })
  }

  async relevant(tenantId: string, { taskType, limit }: RelevantMemoriesInput): Promise<RelevantMemory[]> {
    const { store, records } = this.#parts
    const [{ patterns }, contexts, tasks] = await Promise.all([
      this.patterns(tenantId, { taskType, windowHours: usualWindowHours }),
      store.contextsFor(tenantId, taskType, limit),
      store.recent(tenantId, { taskType, limit: memoryLimits.shortTerm }),
    ])
    return chooseRelevant({ patterns, contexts, tasks, meanMs: records.meanMs(tenantId, taskType, null) }, limit)
  }

  async summary(tenantId: string): Promise<MemorySummary> {
    const { store, records } = this.#parts
    const [tasks, contexts, found] = await Promise.all([
      store.recent(tenantId, { limit: memoryLimits.shortTerm }),
      store.contextTotals(tenantId),
      this.patterns(tenantId, { windowHours: usualWindowHours }),
    ])
    const known = records.list(tenantId).filter(({ evidence }) => evidence.successes + evidence.failures > 0)
    const ends = tasks.map(({ finishedAt }) => finishedAt).toSorted()
    return {
      shortTerm: {
        tasks: tasks.length,
        succeeded: tasks.filter(({ status }) => status === 'succeeded').length,
        failed: tasks.filter(({ status }) => status === 'failed').length,
        from: ends[0] ?? null,
        to: ends.at(-1) ?? null,
      },
      longTerm: {
        types: new Set(known.map(({ key }) => key.taskType)).size,
        services: known.length,
        outcomes: known.reduce((sum, { evidence }) => sum + evidence.successes + evidence.failures, 0),
      },
      contexts: { ...contexts, mostCount: memoryLimits.contexts },
      patterns: { found: found.patterns.length, tested: found.tested, calls: found.calls },
    }
  }

  async setContext(by: Principal, { value, ...context }: SetContext): Promise<ContextSummary> {
    const text = toStorableJson(value, 'value', { bytes: memoryLimits.contextBytes, depth: limits.jsonDepth })
    const kept = await this.#parts.store.setContext(
      by,
      { ...context, text, bytes: utf8Bytes(text) },
      memoryLimits.contexts,
    )
    if (kept) return kept
    throw new QuarterdeckError('TOO_MANY_CONTEXTS', {
      message: `There are ${memoryLimits.contexts} contexts already.`,
      action: 'Remove some that are no longer needed, or let them expire sooner.',
      details: { limit: memoryLimits.contexts },
    })
  }

  async getContext(tenantId: string, name: string): Promise<ContextView> {
    const context = await this.#parts.store.getContext(tenantId, name)
    if (!context) throw notFound(name)
    return context
  }

  listContexts(tenantId: string, query: ListContexts): Promise<Page<ContextSummary>> {
    return this.#parts.store.listContexts(tenantId, query)
  }

  async removeContext(by: Principal, name: string): Promise<void> {
    if (!(await this.#parts.store.removeContext(by, name))) throw notFound(name)
  }
}

function notFound(name: string): QuarterdeckError {
  return new QuarterdeckError('CONTEXT_NOT_FOUND', {
    message: `There is no context ${name}, or it has expired.`,
    action: 'memory.listContexts shows those that are kept; memory.setContext makes one.',
  })
}
