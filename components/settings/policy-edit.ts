/** The maps of the queue's policy, by task type or module, in the order in which they are shown. */
export const policyMaps = ['priorities', 'multipliers', 'typeLimits', 'moduleLimits', 'typeCaps'] as const
export type PolicyMap = (typeof policyMaps)[number]

export interface PolicyMaps extends Readonly<Record<PolicyMap, Readonly<Record<string, number>>>> {
  /** Calls in flight at most, of everything together; null without a limit. */
  tenantLimit: number | null
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

export interface PolicyDraft extends Readonly<Record<PolicyMap, readonly PolicyRow[]>> {
  /** As it is typed; empty for no limit. */
  tenantLimit: string
}

/** The maps as rows in order of their types. */
export function draftOf(policy: PolicyMaps): PolicyDraft {
  const rowsOf = (map: Readonly<Record<string, number>>) =>
    Object.entries(map)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([type, value]) => ({ key: type, type, value: String(value) }))
  const rows = Object.fromEntries(policyMaps.map(map => [map, rowsOf(policy[map])])) as Record<PolicyMap, PolicyRow[]>
  return { ...rows, tenantLimit: policy.tenantLimit === null ? '' : String(policy.tenantLimit) }
}

const callLimit = { least: 1, most: 100_000, isWhole: true, words: 'must be a whole number from 1 to 100,000' } as const

const bounds = {
  priorities: { least: 1, most: 10, isWhole: true, words: 'must be a whole number from 1 to 10' },
  multipliers: { least: 0.1, most: 10, isWhole: false, words: 'must be a number from 0.1 to 10' },
  typeLimits: callLimit,
  moduleLimits: callLimit,
  typeCaps: { least: 1, most: 100_000_000, isWhole: true, words: 'must be a whole number from 1 to 100,000,000' },
} as const

const typePattern = /^[a-z0-9][a-z0-9_.-]{0,99}$/
const modulePattern = /^[a-z0-9][a-z0-9-]{0,62}$/

/** What is wrong with a row, and in which of its fields. */
export interface RowProblem {
  field: 'type' | 'value'
  words: string
}

/** What is wrong with a row; null when nothing is. */
export function problemOf(map: PolicyMap, rows: readonly PolicyRow[], row: PolicyRow): RowProblem | null {
  const ofType = map === 'moduleLimits' ? moduleProblem(rows, row) : typeProblem(rows, row)
  if (ofType !== null) return { field: 'type', words: ofType }
  const words = valueProblem(map, row.value)
  return words === null ? null : { field: 'value', words }
}

/** What is wrong with the limit of everything together; null when nothing is. */
export function tenantLimitProblem(text: string): string | null {
  return text.trim() === '' ? null : valueProblem('typeLimits', text)
}

function valueProblem(map: PolicyMap, text: string): string | null {
  const { least, most, isWhole, words } = bounds[map]
  const value = Number(text)
  const isFit = text.trim() !== '' && value >= least && value <= most && (!isWhole || Number.isInteger(value))
  return isFit ? null : words
}

function moduleProblem(rows: readonly PolicyRow[], row: PolicyRow): string | null {
  const id = row.type.trim()
  if (id === '') return 'the module is missing'
  if (!modulePattern.test(id)) return 'the id of a module is lower-case letters, digits and dashes'
  if (rows.some(other => other.key !== row.key && other.type.trim() === id)) return 'the module is listed twice'
  return null
}

function typeProblem(rows: readonly PolicyRow[], row: PolicyRow): string | null {
  const type = row.type.trim()
  if (type === '') return 'the type is missing'
  if (!typePattern.test(type)) return 'the type must be lower-case letters, digits, dots, dashes and underscores'
  if (rows.some(other => other.key !== row.key && other.type.trim() === type)) return 'the type is listed twice'
  return null
}

export interface EditedPolicy extends Record<PolicyMap, Record<string, number>> {
  tenantLimit: number | null
}

/** The policy that a draft stands for; null while something in it is wrong. */
export function policyOf(draft: PolicyDraft): EditedPolicy | null {
  if (tenantLimitProblem(draft.tenantLimit) !== null) return null
  const maps = emptyMaps()
  for (const map of policyMaps) {
    for (const row of draft[map]) {
      if (problemOf(map, draft[map], row) !== null) return null
      maps[map][row.type.trim()] = Number(row.value)
    }
  }
  return { ...maps, tenantLimit: draft.tenantLimit.trim() === '' ? null : Number(draft.tenantLimit) }
}

function emptyMaps(): Record<PolicyMap, Record<string, number>> {
  return { priorities: {}, multipliers: {}, typeLimits: {}, moduleLimits: {}, typeCaps: {} }
}

/** One type of one map that differs between two policies; undefined where a policy does not have it. */
export interface PolicyDifference {
  map: PolicyMap | 'tenantLimit'
  /** The type or module; empty for the limit of everything together. */
  type: string
  before: number | undefined
  after: number | undefined
}

/** Everything that differs, by map and type. */
export function differencesOf(before: PolicyMaps, after: PolicyMaps): PolicyDifference[] {
  const inMaps = policyMaps.flatMap(map => {
    const types = [...new Set([...Object.keys(before[map]), ...Object.keys(after[map])])].sort()
    return types
      .map(type => ({ map, type, before: valueOf(before[map], type), after: valueOf(after[map], type) }))
      .filter(difference => difference.before !== difference.after)
  })
  const [was, is] = [before.tenantLimit ?? undefined, after.tenantLimit ?? undefined]
  return was === is ? inMaps : [...inMaps, { map: 'tenantLimit', type: '', before: was, after: is }]
}

/** The present policy with the own changes on top: what one changed is as one has it, all else as it is now. */
export function rebase(base: PolicyMaps, mine: PolicyMaps, present: PolicyMaps): EditedPolicy {
  const next: EditedPolicy = { ...emptyMaps(), tenantLimit: present.tenantLimit }
  for (const map of policyMaps) next[map] = { ...present[map] }
  for (const { map, type, after } of differencesOf(base, mine)) {
    if (map === 'tenantLimit') next.tenantLimit = after ?? null
    else if (after === undefined) delete next[map][type]
    else next[map][type] = after
  }
  return next
}

/** What a policy says where two of them differ; undefined when nothing. */
export function valueAt(policy: PolicyMaps, { map, type }: Pick<PolicyDifference, 'map' | 'type'>): number | undefined {
  return map === 'tenantLimit' ? (policy.tenantLimit ?? undefined) : valueOf(policy[map], type)
}

/** What a map itself says of a type; a type may be called `constructor`. */
export function valueOf(map: Readonly<Record<string, number>>, type: string): number | undefined {
  return Object.hasOwn(map, type) ? map[type] : undefined
}
