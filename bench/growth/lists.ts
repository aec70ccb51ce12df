import type { Pool } from 'pg'
import { listTasksInput } from '../../server/contracts/tasks.ts'
import { listTasks } from '../../server/persistence/sql/tasks/list-tasks.ts'
import { median } from '../figure.ts'
import { modules, stockDays, types } from './stock.ts'

/** Every filter of `tasks.list`, with a value that many tasks have and one that few or none do. */
const filters: Readonly<Record<string, Record<string, unknown>>> = {
  'without a filter': {},
  'status ready': { status: ['ready'] },
  'status running': { status: ['running'] },
  'status scheduled or blocked': { status: ['scheduled', 'blocked'] },
  'status succeeded': { status: ['succeeded'] },
  'status failed': { status: ['failed'] },
  'status cancelled or expired': { status: ['cancelled', 'expired'] },
  'usual type': { type: types.usual },
  'rare type': { type: types.rare },
  'type that does not exist': { type: 'stock.none' },
  'usual module': { moduleId: modules.usual },
  'rare module': { moduleId: modules.rare },
  'pinned module': { moduleId: modules.pinned },
  'module that does not exist': { moduleId: 'module-none' },
  'text in usual types': { q: 'stock.t' },
  'text in a rare type': { q: 'rare' },
  'text in no type': { q: 'nowhere' },
  'a day': { from: daysAgo(5), to: daysAgo(4) },
  'failed of a rare type': { status: ['failed'], type: types.rare },
  'succeeded of a usual module and type': { status: ['succeeded'], type: types.usual, moduleId: modules.usual },
}

const pageSize = 50
const rounds = 7

/** How long the first and a deep page of a filter take, in ms; the median of some, the first of them not counted. */
export interface PageTimes {
  filter: string
  firstMs: number
  deepMs: number
}

export async function timePages(pool: Pool): Promise<PageTimes[]> {
  // As deep as two thirds of all that is stored: the cursor is an id, and ids are times.
  const cursor = firstIdAt(Date.now() - (stockDays * 2 * 86_400_000) / 3)
  const times: PageTimes[] = []
  for (const [filter, input] of Object.entries(filters)) {
    const firstMs = await timePage(pool, input)
    const deepMs = await timePage(pool, { ...input, cursor })
    times.push({ filter, firstMs, deepMs })
  }
  return times
}

async function timePage(pool: Pool, input: Record<string, unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const begun = performance.now()
    await listTasks(pool, 'default', listTasksInput.parse({ ...input, limit: pageSize }))
    const tookMs = performance.now() - begun
    if (round > 0) times.push(tookMs)
    // A page that takes seconds will not be any better the seventh time.
    if (tookMs > 2_000 && round > 0) break
  }
  return Math.round(median(times) * 10) / 10
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString()
}

function firstIdAt(ms: number): string {
  const time = Math.trunc(ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
