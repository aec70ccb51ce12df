import type { Json, Page } from '../../../contracts/common.ts'
import type { ContextSummary, ContextView, ListContexts } from '../../../contracts/memory.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Principal } from '../../shared/principal.ts'
import type { ContextStore, NewContext } from '../context-store.ts'

/** Contexts in memory that keep the same promises as the real ones, and what was audited, for tests to read. */
export class MemoryContextStore implements ContextStore {
  readonly audit: { action: string; by: string; name: string }[] = []
  readonly #clock: Pick<Clock, 'now'>
  readonly #kept = new Map<string, ContextView & { tenantId: string }>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  async setContext(by: Principal, context: NewContext, most: number): Promise<ContextSummary | null> {
    const { tenantId } = by
    const { name, text, bytes, taskTypes, ttlSeconds } = context
    const others = this.#of(tenantId).filter(other => other.name !== name)
    if (others.length >= most) return null
    const now = this.#clock.now()
    const at = (ms: number) => new Date(ms).toISOString()
    const times = { updatedAt: at(now), expiresAt: at(now + ttlSeconds * 1_000) }
    const value = JSON.parse(text) as Json
    const kept = { tenantId, name, value, taskTypes: [...taskTypes], bytes, updatedBy: by.name, ...times }
    this.#kept.set(keyOf(tenantId, name), kept)
    this.audit.push({ action: 'memory.context_set', by: by.name, name })
    return toSummary(kept)
  }

  async getContext(tenantId: string, name: string): Promise<ContextView | null> {
    const found = this.#of(tenantId).find(context => context.name === name)
    return found ? { ...toSummary(found), value: structuredClone(found.value) } : null
  }

  async listContexts(tenantId: string, query: ListContexts): Promise<Page<ContextSummary>> {
    const { prefix = '', cursor = '', limit } = query
    const matching = this.#of(tenantId)
      .filter(({ name }) => name > cursor && name.startsWith(prefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const items = matching.slice(0, limit).map(toSummary)
    return { items, nextCursor: matching.length > limit ? (items.at(-1)?.name ?? null) : null }
  }

  async contextsFor(tenantId: string, taskType: string, limit: number): Promise<ContextSummary[]> {
    return this.#of(tenantId)
      .filter(({ taskTypes }) => taskTypes.includes(taskType))
      .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt) || (a.name < b.name ? -1 : 1))
      .slice(0, limit)
      .map(toSummary)
  }

  async contextTotals(tenantId: string): Promise<{ count: number; bytes: number; nextExpiryAt: string | null }> {
    const alive = this.#of(tenantId)
    const [nextExpiryAt = null] = alive.map(({ expiresAt }) => expiresAt).sort()
    return { count: alive.length, bytes: alive.reduce((sum, { bytes }) => sum + bytes, 0), nextExpiryAt }
  }

  async removeContext(by: Principal, name: string): Promise<boolean> {
    if (!(await this.getContext(by.tenantId, name))) return false
    this.#kept.delete(keyOf(by.tenantId, name))
    this.audit.push({ action: 'memory.context_removed', by: by.name, name })
    return true
  }

  #of(tenantId: string): (ContextView & { tenantId: string })[] {
    const now = this.#clock.now()
    return [...this.#kept.values()].filter(
      context => context.tenantId === tenantId && Date.parse(context.expiresAt) > now,
    )
  }
}

function keyOf(tenantId: string, name: string): string {
  return `${tenantId} ${name}`
}

function toSummary({ name, taskTypes, bytes, updatedBy, updatedAt, expiresAt }: ContextView): ContextSummary {
  return { name, taskTypes: [...taskTypes], bytes, updatedBy, updatedAt, expiresAt }
}
