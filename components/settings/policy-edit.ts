/** The two maps of the queue's policy: defaults of priority, and multipliers of the score, by task type. */
export type PolicyMap = 'priorities' | 'multipliers'

export interface PolicyMaps {
  priorities: Readonly<Record<string, number>>
  multipliers: Readonly<Record<string, number>>
}

/** A policy with the version that an edit of it must name. */
export interface VersionedPolicy extends PolicyMaps {
  version: number
}

/** A row of an editable map: figures as they are typed. `key` stays the same while the row is edited. */
export interface PolicyRow {
  key: string
  type: string
  value: string
}

export interface PolicyDraft {
  priorities: readonly PolicyRow[]
  multipliers: readonly PolicyRow[]
}

/** The maps as rows in order of their types. */
export function draftOf(policy: PolicyMaps): PolicyDraft {
  const rowsOf = (map: Readonly<Record<string, number>>) =>
    Object.entries(map)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([type, value]) => ({ key: type, type, value: String(value) }))
  return { priorities: rowsOf(policy.priorities), multipliers: rowsOf(policy.multipliers) }
}

const bounds = {
  priorities: { least: 1, most: 10, isWhole: true, words: 'must be a whole number from 1 to 10' },
  multipliers: { least: 0.1, most: 10, isWhole: false, words: 'must be a number from 0.1 to 10' },
} as const

const typePattern = /^[a-z0-9][a-z0-9_.-]{0,99}$/

/** What is wrong with a row, and in which of its fields. */
export interface RowProblem {
  field: 'type' | 'value'
  words: string
}

/** What is wrong with a row; null when nothing is. */
export function problemOf(map: PolicyMap, rows: readonly PolicyRow[], row: PolicyRow): RowProblem | null {
  const ofType = typeProblem(rows, row)
  if (ofType !== null) return { field: 'type', words: ofType }
  const { least, most, isWhole, words } = bounds[map]
  const value = Number(row.value)
  const isFit = row.value.trim() !== '' && value >= least && value <= most && (!isWhole || Number.isInteger(value))
  return isFit ? null : { field: 'value', words }
}

function typeProblem(rows: readonly PolicyRow[], row: PolicyRow): string | null {
  const type = row.type.trim()
  if (type === '') return 'the type is missing'
  if (!typePattern.test(type)) return 'the type must be lower-case letters, digits, dots, dashes and underscores'
  if (rows.some(other => other.key !== row.key && other.type.trim() === type)) return 'the type is listed twice'
  return null
}

/** The maps that a draft stands for; null while something in it is wrong. */
export function policyOf(draft: PolicyDraft): Record<PolicyMap, Record<string, number>> | null {
  const maps = { priorities: {}, multipliers: {} } as Record<PolicyMap, Record<string, number>>
  for (const map of ['priorities', 'multipliers'] as const) {
    for (const row of draft[map]) {
      if (problemOf(map, draft[map], row) !== null) return null
      maps[map][row.type.trim()] = Number(row.value)
    }
  }
  return maps
}

/** One type of one map that differs between two policies; undefined where a policy does not have it. */
export interface PolicyDifference {
  map: PolicyMap
  type: string
  before: number | undefined
  after: number | undefined
}

/** Everything that differs, by map and type. */
export function differencesOf(before: PolicyMaps, after: PolicyMaps): PolicyDifference[] {
  return (['priorities', 'multipliers'] as const).flatMap(map => {
    const types = [...new Set([...Object.keys(before[map]), ...Object.keys(after[map])])].sort()
    return types
      .map(type => ({ map, type, before: valueOf(before[map], type), after: valueOf(after[map], type) }))
      .filter(difference => difference.before !== difference.after)
  })
}

/** The present policy with the own changes on top: what one changed is as one has it, all else as it is now. */
export function rebase(
  base: PolicyMaps,
  mine: PolicyMaps,
  present: PolicyMaps,
): Record<PolicyMap, Record<string, number>> {
  const next = { priorities: { ...present.priorities }, multipliers: { ...present.multipliers } }
  for (const { map, type, after } of differencesOf(base, mine)) {
    if (after === undefined) delete next[map][type]
    else next[map][type] = after
  }
  return next
}

/** What a map itself says of a type; a type may be called `constructor`. */
export function valueOf(map: Readonly<Record<string, number>>, type: string): number | undefined {
  return Object.hasOwn(map, type) ? map[type] : undefined
}
