import type { HealthBand } from '#server/contracts/health.ts'
import type { HealthPointRecord, HealthStore } from '#server/core/health/health-store.ts'
import type { PrismaClient } from './prisma-client.ts'

interface PointRow {
  at: Date
  score: number
  status: string
  systems: number | null
  modules: number | null
}

/** The history of health in PostgreSQL. */
export class PrismaHealthStore implements HealthStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async append(points: readonly HealthPointRecord[]): Promise<void> {
    await this.#prisma.healthPoint.createMany({
      data: points.map(point => ({ ...point, at: new Date(point.at) })),
      skipDuplicates: true,
    })
  }

  async range(tenantId: string, fromMs: number, toMs: number, maxPoints: number): Promise<HealthPointRecord[]> {
    const spanMs = Math.max(1, (toMs - fromMs) / maxPoints)
    const rows = await this.#prisma.$queryRaw<PointRow[]>`
      SELECT at, score, status, systems, modules FROM (
        SELECT DISTINCT ON (span) * FROM (
          SELECT *, least(floor((extract(epoch FROM at) * 1000 - ${fromMs}) / ${spanMs}), ${maxPoints} - 1) AS span
          FROM health_point
          WHERE tenant_id = ${tenantId} AND at BETWEEN ${new Date(fromMs)} AND ${new Date(toMs)}
        ) point
        ORDER BY span, score, at
      ) lowest
      ORDER BY at`
    return rows.map(({ at, status, ...scores }) => ({
      tenantId,
      at: at.getTime(),
      status: status as HealthBand,
      ...scores,
    }))
  }

  async standing(tenantId: string): ReturnType<HealthStore['standing']> {
    const last = await this.#prisma.healthPoint.findFirst({ where: { tenantId }, orderBy: { at: 'desc' } })
    if (!last) return null
    const before = await this.#prisma.healthPoint.findFirst({
      where: { tenantId, status: { not: last.status } },
      orderBy: { at: 'desc' },
      select: { at: true },
    })
    const first = await this.#prisma.healthPoint.findFirst({
      where: { tenantId, ...(before && { at: { gt: before.at } }) },
      orderBy: { at: 'asc' },
      select: { at: true },
    })
    return {
      status: last.status as HealthBand,
      since: (first ?? last).at.getTime(),
      lastAt: last.at.getTime(),
    }
  }

  async deleteBefore(atMs: number): Promise<number> {
    const { count } = await this.#prisma.healthPoint.deleteMany({ where: { at: { lt: new Date(atMs) } } })
    return count
  }
}
