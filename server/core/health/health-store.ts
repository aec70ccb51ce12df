import type { HealthBand } from '../../contracts/health.ts'

/** The overall health of one tenant at one moment (ms since the epoch). */
export interface HealthPointRecord {
  tenantId: string
  at: number
  score: number
  status: HealthBand
  /** Scores of the two sides; null when there was nothing on that side. */
  systems: number | null
  modules: number | null
}

/** Where the history of health is kept. */
export interface HealthStore {
  /** A point for a moment that has one already is left out. */
  append(points: readonly HealthPointRecord[]): Promise<void>
  /**
   * The points of [fromMs, toMs], oldest first, at most `maxPoints`: of each of that many equal spans the lowest one, so that
   * no dip is lost.
   */
  range(tenantId: string, fromMs: number, toMs: number, maxPoints: number): Promise<HealthPointRecord[]>
  /** The last status, the first point since which all say so, and the last point's time; null without points. */
  standing(tenantId: string): Promise<{ status: HealthBand; since: number; lastAt: number } | null>
  /** Deletes the points of all tenants before the moment; returns how many. */
  deleteBefore(atMs: number): Promise<number>
}
