import type { Page } from '../contracts/common.ts'
import type {
  ListSimulations,
  RunSimulation,
  SimulationResult,
  SimulationStatus,
  SimulationSummary,
  SimulationView,
} from '../contracts/simulations.ts'
import type { Principal } from '../core/shared/principal.ts'
import type { NewSimulation, SimulationEnd, SimulationStore } from '../core/simulator/simulation-store.ts'
import { insertAudit } from './audit.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'

const keptMs = 30 * 86_400_000
/** A run whose replica has been silent for so long is over. */
const silentMs = 60_000
const live = ['queued', 'running']

type Row = Prisma.SimulationGetPayload<object>

/** Simulations in PostgreSQL. */
export class PrismaSimulationStore implements SimulationStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async create(by: Principal, simulation: NewSimulation): Promise<void> {
    const { id, tenantId, request, changes } = simulation
    const json = { request: toJson(request), changes: toJson(changes) }
    await this.#prisma.$transaction(async tx => {
      await tx.simulation.deleteMany({ where: { tenantId, createdAt: { lt: new Date(Date.now() - keptMs) } } })
      await tx.simulation.create({ data: { ...simulation, ...json, status: 'queued', requestedBy: by.name } })
      await insertAudit(tx, by, { action: 'simulation.started', targetKind: 'simulation', targetId: id, details: json })
    })
  }

  async get(tenantId: string, id: string): Promise<SimulationView | null> {
    const row = await this.#prisma.simulation.findUnique({ where: { tenantId_id: { tenantId, id } } })
    return row && toView(row)
  }

  async list(tenantId: string, { cursor, limit }: ListSimulations): Promise<Page<SimulationSummary>> {
    const rows = await this.#prisma.simulation.findMany({
      where: { tenantId, ...(cursor !== undefined && { id: { lt: cursor } }) },
      orderBy: { id: 'desc' },
      take: limit + 1,
    })
    const items = rows.slice(0, limit).map(row => {
      const { result, ...summary } = toView(row)
      return { ...summary, verdict: result?.fidelity.verdict ?? null }
    })
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
  }

  async touch(
    tenantId: string,
    id: string,
    state: { status: 'queued' | 'running'; progress: number },
  ): Promise<boolean> {
    const { count } = await this.#prisma.simulation.updateMany({
      where: { tenantId, id, status: { in: live }, cancelRequested: false },
      data: { ...state, touchedAt: new Date() },
    })
    return count === 0
  }

  async end(tenantId: string, id: string, end: SimulationEnd): Promise<void> {
    const { status } = end
    await this.#prisma.simulation.updateMany({
      where: { tenantId, id, status: { in: live } },
      data: {
        status,
        finishedAt: new Date(),
        ...(status === 'succeeded' && { progress: 1, result: toJson(end.result) }),
        ...(status === 'failed' && { errorCode: end.error.code, errorMessage: end.error.message }),
      },
    })
  }

  async requestCancel(by: Principal, id: string): Promise<boolean | null> {
    const { tenantId } = by
    return this.#prisma.$transaction(async tx => {
      const row = await tx.simulation.findUnique({ where: { tenantId_id: { tenantId, id } } })
      if (!row) return null
      if (toView(row).finishedAt !== null) return false
      await tx.simulation.update({ where: { tenantId_id: { tenantId, id } }, data: { cancelRequested: true } })
      await insertAudit(tx, by, { action: 'simulation.cancelled', targetKind: 'simulation', targetId: id })
      return true
    })
  }
}

function toView(row: Row): SimulationView {
  const isLost = live.includes(row.status) && Date.now() - row.touchedAt.getTime() > silentMs
  const error = row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' }
  const lost = { code: 'REPLICA_LOST', message: 'The server that ran it stopped before it was done.' }
  return {
    id: row.id,
    status: isLost ? 'failed' : (row.status as SimulationStatus),
    progress: row.progress,
    request: row.request as unknown as RunSimulation,
    changes: row.changes as unknown as SimulationView['changes'],
    requestedBy: row.requestedBy,
    createdAt: row.createdAt.toISOString(),
    finishedAt: (isLost ? row.touchedAt : row.finishedAt)?.toISOString() ?? null,
    configurationHash: row.configurationHash,
    codeVersion: row.codeVersion,
    result: row.result as unknown as SimulationResult | null,
    error: isLost ? lost : error,
  }
}

function toJson(value: unknown): Prisma.InputJsonObject {
  return value as Prisma.InputJsonObject
}
