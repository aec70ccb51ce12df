import { RecentRate } from './recent-rate.ts'

/** How many tasks of each type were carried out in the last minute, by this replica. */
export class Pace {
  readonly #rates = new Map<string, RecentRate>()

  /** A task was carried out, whatever came of it. */
  observe(tenantId: string, taskType: string, nowMs: number): void {
    const key = `${tenantId} ${taskType}`
    let rate = this.#rates.get(key)
    if (!rate) {
      rate = new RecentRate()
      this.#rates.set(key, rate)
    }
    rate.add(nowMs)
  }

  /** Of these types together. */
  perSecond(tenantId: string, taskTypes: Iterable<string>, nowMs: number): number {
    let sum = 0
    for (const type of taskTypes) sum += this.#rates.get(`${tenantId} ${type}`)?.perSecond(nowMs) ?? 0
    return sum
  }
}
