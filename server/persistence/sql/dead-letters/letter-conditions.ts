import type { DeadLetterState, LetterFilter } from '#server/contracts/dead-letters.ts'
import { idRange } from '../id-range.ts'

/**
 * The conditions on `dead_letter d` that a filter stands for; `bind` keeps a value and answers its placeholder. The statement
 * itself must name the tenant.
 */
export function letterConditions(
  filter: LetterFilter & { state?: readonly DeadLetterState[] | undefined },
  bind: (value: unknown) => string,
): string[] {
  const where: string[] = []
  const states = filter.state ?? []
  // Spelled out, so that the partial index of open letters serves.
  if (states.length === 1 && states[0] === 'open') where.push(`d.state = 'open'`)
  else if (states.length > 0) where.push(`d.state = ANY (${bind(states)}::text[])`)
  if (filter.fingerprint !== undefined) where.push(`d.fingerprint = ${bind(filter.fingerprint)}`)
  if (filter.type !== undefined) where.push(`d.type = ${bind(filter.type)}`)
  if (filter.moduleId !== undefined) where.push(`d.module_id = ${bind(filter.moduleId)}`)
  if (filter.from !== undefined) where.push(`d.failed_at >= ${bind(filter.from)}::timestamptz`)
  if (filter.to !== undefined) where.push(`d.failed_at < ${bind(filter.to)}::timestamptz`)
  if (filter.q) where.push(textCondition(filter.q, bind))
  return where
}

function textCondition(text: string, bind: (value: unknown) => string): string {
  const range = idRange(text)
  const like = bind(`%${text.replaceAll(/[\\%_]/g, character => `\\${character}`)}%`)
  const found = `d.error_code ILIKE ${like} OR d.error_message ILIKE ${like} OR d.type ILIKE ${like}`
  return range ? `(d.id BETWEEN ${bind(range.first)}::uuid AND ${bind(range.last)}::uuid OR ${found})` : `(${found})`
}
