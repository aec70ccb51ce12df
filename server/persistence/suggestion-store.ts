import type { Page } from '#server/contracts/common.ts'
import type { SuggestionEventType } from '#server/contracts/events.ts'
import { suggestionPriorities } from '#server/contracts/suggestion-words.ts'
import type { AnalysisRun, ListSuggestions, SuggestionStatus } from '#server/contracts/suggestions.ts'
import type { CompanionMove } from '#server/core/shared/companion.ts'
import type { IdSource } from '#server/core/shared/ids.ts'
import {
  livingStatuses,
  type SuggestionRecord,
  undecidedStatuses,
  waitingStatuses,
} from '#server/core/suggestions/suggestion-record.ts'
import type {
  SuggestionAudit,
  SuggestionCounts,
  SuggestionStore,
  TestedPredictions,
} from '#server/core/suggestions/suggestion-store.ts'
import { insertAudit } from './audit.ts'
import { Prisma, type PrismaClient } from './generated/client.ts'
import { insertSuggestionEvent, tryMove } from './move-companion.ts'
import { readTestedPredictions } from './sql/suggestions/tested-predictions.ts'
import { toSuggestionColumns } from './suggestion-row.ts'

type Row = Prisma.SuggestionGetPayload<object>

const runsKept = 100
const uniqueViolation = 'P2002'

/** Suggestions in PostgreSQL. */
export class PrismaSuggestionStore implements SuggestionStore {
  readonly #prisma: PrismaClient
  readonly #ids: IdSource
  readonly #onEvents: () => void

  /** `onEvents` is told when events were committed: they get their numbers after that. */
  constructor(prisma: PrismaClient, ids: IdSource, onEvents: () => void) {
    this.#prisma = prisma
    this.#ids = ids
    this.#onEvents = onEvents
  }

  async get(tenantId: string, id: string): Promise<SuggestionRecord | null> {
    const row = await this.#prisma.suggestion.findUnique({ where: { tenantId_id: { tenantId, id } } })
    return row && toRecord(row)
  }

  async newestOf(tenantId: string, key: string): Promise<SuggestionRecord | null> {
    const row = await this.#prisma.suggestion.findFirst({ where: { tenantId, key }, orderBy: { id: 'desc' } })
    return row && toRecord(row)
  }

  async list(tenantId: string, filter: ListSuggestions): Promise<Page<SuggestionRecord>> {
    const { status, priority, analyzer, moduleId, cursor, limit } = filter
    const rows = await this.#prisma.suggestion.findMany({
      where: {
        tenantId,
        ...(status && { status: { in: status } }),
        ...(priority && { urgency: { in: priority.map(name => suggestionPriorities.indexOf(name)) } }),
        ...(analyzer !== undefined && { analyzer }),
        ...(moduleId !== undefined && { moduleId }),
      },
      orderBy: [{ urgency: 'desc' }, { id: 'desc' }],
      ...(cursor !== undefined && { cursor: { tenantId_id: { tenantId, id: cursor } }, skip: 1 }),
      take: limit + 1,
    })
    const items = rows.slice(0, limit).map(toRecord)
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
  }

  countWaiting(tenantId: string): Promise<number> {
    return this.#prisma.suggestion.count({ where: { tenantId, status: { in: [...waitingStatuses] } } })
  }

  async counts(tenantId: string): Promise<SuggestionCounts> {
    const [statuses, analyzers, lastRun] = await Promise.all([
      this.#prisma.suggestion.groupBy({ by: ['status'], where: { tenantId }, _count: true }),
      this.#prisma.suggestion.groupBy({
        by: ['analyzer'],
        where: { tenantId, status: { in: [...livingStatuses] } },
        _count: true,
      }),
      this.lastRun(tenantId),
    ])
    return {
      byStatus: Object.fromEntries(statuses.map(row => [row.status as SuggestionStatus, row._count])),
      byAnalyzer: Object.fromEntries(analyzers.map(row => [row.analyzer, row._count])),
      lastRun,
    }
  }

  async create(record: SuggestionRecord, audit: SuggestionAudit<SuggestionEventType>): Promise<boolean> {
    const { tenantId, id, key } = record
    try {
      await this.#prisma.$transaction(async tx => {
        await tx.suggestion.create({
          data: { tenantId, id, key, ...toSuggestionColumns(record) },
          select: { id: true },
        })
        await insertAudit(tx, audit.by, auditOf(id, audit))
        await insertSuggestionEvent(tx, record, audit)
      })
      this.#onEvents()
      return true
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === uniqueViolation) return false
      throw error
    }
  }

  async move(move: CompanionMove): Promise<boolean> {
    const isMoved = await this.#prisma.$transaction(tx => tryMove(tx, move))
    if (isMoved) this.#onEvents()
    return isMoved
  }

  async due(now: number): Promise<SuggestionRecord[]> {
    const rows = await this.#prisma.suggestion.findMany({
      where: { dueAt: { lte: new Date(now) } },
      orderBy: { dueAt: 'asc' },
      take: 100,
    })
    return rows.map(toRecord)
  }

  async approved(): Promise<SuggestionRecord[]> {
    const rows = await this.#prisma.suggestion.findMany({ where: { status: 'approved' }, take: 1_000 })
    return rows.map(toRecord)
  }

  async undecidedModules(): Promise<{ tenantId: string; moduleId: string }[]> {
    const rows = await this.#prisma.suggestion.groupBy({
      by: ['tenantId', 'moduleId'],
      where: { status: { in: [...undecidedStatuses] }, moduleId: { not: null } },
    })
    return rows.flatMap(({ tenantId, moduleId }) => (moduleId === null ? [] : [{ tenantId, moduleId }]))
  }

  async judged(tenantId: string, since: string): Promise<SuggestionRecord[]> {
    const rows = await this.#prisma.suggestion.findMany({
      where: { tenantId, status: { in: ['judged', 'reverted'] }, updatedAt: { gte: new Date(since) } },
      orderBy: { updatedAt: 'desc' },
      take: 1_000,
    })
    return rows.map(toRecord)
  }

  testedPredictions(tenantId: string, since: string): Promise<TestedPredictions[]> {
    return readTestedPredictions(this.#prisma, tenantId, new Date(since))
  }

  async recordRefusal(tenantId: string, id: string, audit: SuggestionAudit): Promise<void> {
    await insertAudit(this.#prisma, { ...audit.by, tenantId }, auditOf(id, audit))
  }

  async saveRun(tenantId: string, run: AnalysisRun): Promise<void> {
    await this.#prisma.$transaction(async tx => {
      const id = this.#ids.next()
      await tx.analysisRun.create({
        data: { tenantId, id, run: run as unknown as Prisma.InputJsonObject, at: new Date(run.at) },
        select: { id: true },
      })
      const kept = await tx.analysisRun.findMany({
        where: { tenantId },
        orderBy: { id: 'desc' },
        skip: runsKept,
        take: 1,
        select: { id: true },
      })
      if (kept[0]) await tx.analysisRun.deleteMany({ where: { tenantId, id: { lte: kept[0].id } } })
      await insertAudit(
        tx,
        { ...run.by, tenantId },
        {
          action: 'suggestions.analyzed',
          targetKind: 'analysis',
          targetId: id,
          details: { windowHours: run.windowHours, findings: run.findings, opened: run.opened },
        },
      )
    })
  }

  async lastRun(tenantId: string): Promise<AnalysisRun | null> {
    const row = await this.#prisma.analysisRun.findFirst({ where: { tenantId }, orderBy: { id: 'desc' } })
    return row && (row.run as unknown as AnalysisRun)
  }
}

function toRecord(row: Row): SuggestionRecord {
  return row.record as unknown as SuggestionRecord
}

function auditOf(id: string, { action, reason, details }: SuggestionAudit) {
  return {
    action,
    targetKind: 'suggestion',
    targetId: id,
    reason: reason ?? undefined,
    details: details as Prisma.InputJsonObject,
  }
}
