import { RecentRate } from './recent-rate.ts'

/** How many tasks of each type were carried out in the last minute, by this replica. */
export class Pace {
  /** By tenant and type. */
  readonly #rates = new Map<string, Map<string, RecentRate>>()

  /** A task was carried out, whatever came of it. */
  observe(tenantId: string, taskType: string, nowMs: number): void {
    let types = this.#rates.get(tenantId)
    if (!types) this.#rates.set(tenantId, (types = new Map()))
    let rate = types.get(taskType)
    if (!rate) types.set(taskType, (rate = new RecentRate()))
    rate.add(nowMs)
  }

  /** Of these types together. */
  perSecond(tenantId: string, taskTypes: Iterable<string>, nowMs: number): number {
    let sum = 0
    const types = this.#rates.get(tenantId)
    for (const type of taskTypes) sum += types?.get(type)?.perSecond(nowMs) ?? 0
    return sum
  }
}
