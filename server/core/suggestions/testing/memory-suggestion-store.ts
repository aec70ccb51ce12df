import type { Page } from '../../../contracts/common.ts'
import type { SuggestionEventType } from '../../../contracts/events.ts'
import { suggestionPriorities } from '../../../contracts/suggestion-words.ts'
import type { AnalysisRun, ListSuggestions } from '../../../contracts/suggestions.ts'
import type { CompanionMove } from '../../shared/companion.ts'
import { changedMeanwhile } from '../moves.ts'
import {
  livingStatuses,
  moduleOf,
  type SuggestionRecord,
  undecidedStatuses,
  waitingStatuses,
} from '../suggestion-record.ts'
import type { SuggestionAudit, SuggestionCounts, SuggestionStore, TestedPredictions } from '../suggestion-store.ts'

const living: readonly string[] = livingStatuses
const undecided: readonly string[] = undecidedStatuses
const waiting: readonly string[] = waitingStatuses

/** A suggestion store in memory that keeps the same promises as the real one, and what it was told, for tests to read. */
export class MemorySuggestionStore implements SuggestionStore {
  readonly audit: (SuggestionAudit & { id: string })[] = []
  readonly #records = new Map<string, SuggestionRecord>()
  readonly #runs: { tenantId: string; run: AnalysisRun }[] = []

  async get(tenantId: string, id: string): Promise<SuggestionRecord | null> {
    const record = this.#records.get(id)
    return record?.tenantId === tenantId ? structuredClone(record) : null
  }

  async newestOf(tenantId: string, key: string): Promise<SuggestionRecord | null> {
    return this.#of(tenantId).findLast(record => record.key === key) ?? null
  }

  async list(tenantId: string, filter: ListSuggestions): Promise<Page<SuggestionRecord>> {
    const matching = this.#of(tenantId)
      .filter(record => {
        const { state, priority, origin } = record
        const analyzer = origin.kind === 'analyzer' ? origin.analyzer : origin.kind === 'verdict' ? 'verdict' : 'person'
        return (
          (filter.status?.includes(state.status) ?? true) &&
          (filter.priority?.includes(priority) ?? true) &&
          (filter.analyzer ?? analyzer) === analyzer &&
          (filter.moduleId ?? moduleOf(record)) === moduleOf(record)
        )
      })
      .sort((a, b) => urgencyOf(b) - urgencyOf(a) || (a.id < b.id ? 1 : -1))
    const from = filter.cursor === undefined ? 0 : matching.findIndex(({ id }) => id === filter.cursor) + 1
    const items = matching.slice(from, from + filter.limit)
    return { items, nextCursor: from + filter.limit < matching.length ? (items.at(-1)?.id ?? null) : null }
  }

  async countWaiting(tenantId: string): Promise<number> {
    return this.#of(tenantId).filter(({ state }) => waiting.includes(state.status)).length
  }

  async counts(tenantId: string): Promise<SuggestionCounts> {
    const byStatus: SuggestionCounts['byStatus'] = {}
    const byAnalyzer: SuggestionCounts['byAnalyzer'] = {}
    for (const { state, origin } of this.#of(tenantId)) {
      byStatus[state.status] = (byStatus[state.status] ?? 0) + 1
      if (!living.includes(state.status)) continue
      const analyzer = origin.kind === 'analyzer' ? origin.analyzer : origin.kind === 'verdict' ? 'verdict' : 'person'
      byAnalyzer[analyzer] = (byAnalyzer[analyzer] ?? 0) + 1
    }
    return { byStatus, byAnalyzer, lastRun: await this.lastRun(tenantId) }
  }

  async create(record: SuggestionRecord, audit: SuggestionAudit<SuggestionEventType>): Promise<boolean> {
    const isTaken = this.#of(record.tenantId).some(
      ({ key, state }) => key === record.key && living.includes(state.status),
    )
    if (isTaken) return false
    this.#records.set(record.id, structuredClone(record))
    this.audit.push({ ...audit, id: record.id })
    return true
  }

  async move(move: CompanionMove): Promise<boolean> {
    const { tenantId, suggestionId: id, revision, by, action, reason, details } = move
    const present = this.#records.get(id)
    if (present?.tenantId !== tenantId || present.revision !== revision) return false
    this.#records.set(id, structuredClone(move.record as SuggestionRecord))
    this.audit.push({ id, by, action, reason, details })
    return true
  }

  /** The move that goes along with a change; throws SUGGESTION_CHANGED. */
  moveCompanion(move: CompanionMove): void {
    if (this.#records.get(move.suggestionId)?.revision !== move.revision) throw changedMeanwhile()
    void this.move(move)
  }

  async due(now: number): Promise<SuggestionRecord[]> {
    return [...this.#records.values()].filter(({ dueAt }) => dueAt !== null && Date.parse(dueAt) <= now).slice(0, 100)
  }

  async approved(): Promise<SuggestionRecord[]> {
    return [...this.#records.values()].filter(({ state }) => state.status === 'approved')
  }

  async undecidedModules(): Promise<{ tenantId: string; moduleId: string }[]> {
    const found = new Map<string, { tenantId: string; moduleId: string }>()
    for (const record of this.#records.values()) {
      const [{ tenantId }, moduleId] = [record, moduleOf(record)]
      if (moduleId === null || !undecided.includes(record.state.status)) continue
      found.set(`${tenantId} ${moduleId}`, { tenantId, moduleId })
    }
    return [...found.values()]
  }

  async judged(tenantId: string, since: string): Promise<SuggestionRecord[]> {
    return this.#of(tenantId).filter(
      ({ state, updatedAt }) => (state.status === 'judged' || state.status === 'reverted') && updatedAt >= since,
    )
  }

  async testedPredictions(tenantId: string, since: string): Promise<TestedPredictions[]> {
    const tested = new Map<string, TestedPredictions>()
    for (const { origin, state } of await this.judged(tenantId, since)) {
      if (origin.kind !== 'analyzer' || (state.status !== 'judged' && state.status !== 'reverted')) continue
      const { analyzer } = origin
      const predicted = (state.verdict?.effects ?? []).flatMap(effect => effect.predicted ?? [])
      if (predicted.length === 0) continue
      const { predictions, held } = tested.get(analyzer) ?? { predictions: 0, held: 0 }
      tested.set(analyzer, {
        analyzer,
        predictions: predictions + predicted.length,
        held: held + predicted.filter(({ isHeld }) => isHeld).length,
      })
    }
    return [...tested.values()].sort((a, b) => (a.analyzer < b.analyzer ? -1 : 1))
  }

  async recordRefusal(_tenantId: string, id: string, audit: SuggestionAudit): Promise<void> {
    this.audit.push({ ...audit, id })
  }

  async saveRun(tenantId: string, run: AnalysisRun): Promise<void> {
    this.#runs.push({ tenantId, run })
  }

  async lastRun(tenantId: string): Promise<AnalysisRun | null> {
    return this.#runs.findLast(entry => entry.tenantId === tenantId)?.run ?? null
  }

  #of(tenantId: string): SuggestionRecord[] {
    return [...this.#records.values()].filter(record => record.tenantId === tenantId)
  }
}

function urgencyOf({ priority }: SuggestionRecord): number {
  return suggestionPriorities.indexOf(priority)
}
