import type { HealthPointRecord, HealthStore } from '../health-store.ts'

/** A history of health in memory that keeps the same promises as the real one. */
export class MemoryHealthStore implements HealthStore {
  points: HealthPointRecord[] = []

  async append(points: readonly HealthPointRecord[]): Promise<void> {
    for (const point of points) {
      if (!this.points.some(other => other.tenantId === point.tenantId && other.at === point.at))
        this.points.push(point)
    }
    this.points.sort((a, b) => a.at - b.at)
  }

  async range(tenantId: string, fromMs: number, toMs: number, maxPoints: number): Promise<HealthPointRecord[]> {
    const spanMs = Math.max(1, (toMs - fromMs) / maxPoints)
    const lowest = new Map<number, HealthPointRecord>()
    for (const point of this.#of(tenantId)) {
      if (point.at < fromMs || point.at > toMs) continue
      const span = Math.min(maxPoints - 1, Math.floor((point.at - fromMs) / spanMs))
      const known = lowest.get(span)
      if (!known || point.score < known.score) lowest.set(span, point)
    }
    return [...lowest.values()]
  }

  async standing(tenantId: string): ReturnType<HealthStore['standing']> {
    const points = this.#of(tenantId)
    const last = points.at(-1)
    if (!last) return null
    const before = points.findLastIndex(point => point.status !== last.status)
    return { status: last.status, since: points[before + 1]!.at, lastAt: last.at }
  }

  async deleteBefore(atMs: number): Promise<number> {
    const kept = this.points.filter(point => point.at >= atMs)
    const deleted = this.points.length - kept.length
    this.points = kept
    return deleted
  }

  #of(tenantId: string): HealthPointRecord[] {
    return this.points.filter(point => point.tenantId === tenantId)
  }
}
