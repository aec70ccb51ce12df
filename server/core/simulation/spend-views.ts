import type { SpendQuery, SpendRow } from '../queue/task-store.ts'
import { toMoney } from '../shared/money.ts'
import type { Entry } from './task-entry.ts'
import { toIso } from './task-views.ts'

/** What attempts of these tasks cost, added up as PostgreSQL does. */
export function spendOf(entries: readonly Entry[], tenantId: string, { from, to, by }: SpendQuery): SpendRow[] {
  const rows = new Map<string, SpendRow>()
  for (const { task, attempts } of entries) {
    if (task.tenantId !== tenantId) continue
    for (const { attempt } of attempts) {
      const { costUsd, endedAt, moduleId } = attempt
      const day = toIso(endedAt).slice(0, 10)
      if (costUsd === 0 || day < from || day > to) continue
      const key = { module: moduleId, type: task.type, tenant: tenantId, day }[by]
      const row = rows.get(key) ?? { key, calls: 0, costUsd: 0 }
      rows.set(key, { key, calls: row.calls + 1, costUsd: toMoney(row.costUsd + costUsd) })
    }
  }
  const byKey = (a: SpendRow, b: SpendRow) => (a.key < b.key ? -1 : 1)
  return [...rows.values()].sort((a, b) => (by === 'day' ? byKey(a, b) : b.costUsd - a.costUsd || byKey(a, b)))
}
