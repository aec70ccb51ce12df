import type { ModuleView, UpdateModule } from '#server/contracts/modules.ts'

/** What an edit may change of a module, comparable field by field. */
export type ModuleConfig = {
  [Field in Exclude<keyof UpdateModule, 'id' | 'configVersion'>]-?: Exclude<UpdateModule[Field], undefined>
}

/** Some of it, as an edit holds it. */
export type ConfigEdit = { [Field in keyof ModuleConfig]?: ModuleConfig[Field] | undefined }

const fields = [
  'name',
  'category',
  'version',
  'owner',
  'description',
  'capabilities',
  'dependsOn',
  'costPerHourUsd',
  'resources',
  'strategy',
  'preference',
  'breaker',
  'retry',
] as const satisfies readonly (keyof ModuleConfig)[]

export type ConfigField = (typeof fields)[number]

/** The configuration of a module as it is shown. */
export function configOfModule(module: ModuleView): ModuleConfig {
  return {
    name: module.name,
    category: module.category,
    version: module.version,
    owner: module.owner ?? '',
    description: module.description ?? '',
    capabilities: module.capabilities as ModuleConfig['capabilities'],
    dependsOn: module.dependsOn,
    costPerHourUsd: module.costPerHourUsd,
    resources: module.resources,
    strategy: module.strategy,
    preference: module.preference,
    breaker: module.breakerConfig,
    retry: module.retryPolicy,
  }
}

/** The fields in which an edit differs from what it was made on; only these are sent. */
export function changesOf(base: ModuleConfig, mine: ConfigEdit): Partial<ModuleConfig> {
  return Object.fromEntries(
    fields.filter(field => field in mine && !isSame(base[field], mine[field])).map(field => [field, mine[field]]),
  )
}

/** One field of an edit that met another edit. */
export interface ConflictLine {
  field: ConfigField
  before: unknown
  /** What it is now, after the other edit. */
  theirs: unknown
  /** What this edit would make of it. */
  yours: unknown
  /** `both` changed the field to different values: saving yours undoes theirs. */
  changedBy: 'them' | 'you' | 'both' | 'alike'
}

/** Every field that either edit changed. `present` is the configuration now, as a refused edit is told it. */
export function compareEdits(
  base: ModuleConfig,
  present: Readonly<Record<string, unknown>>,
  mine: ConfigEdit,
): ConflictLine[] {
  return fields.flatMap((field): ConflictLine[] => {
    const before = base[field]
    const theirs = field in present ? present[field] : before
    const yours = mine[field] ?? before
    const isTheirs = !isSame(before, theirs)
    const isYours = !isSame(before, yours)
    if (!isTheirs && !isYours) return []
    const both = isSame(theirs, yours) ? 'alike' : 'both'
    return [{ field, before, theirs, yours, changedBy: isTheirs && isYours ? both : isTheirs ? 'them' : 'you' }]
  })
}

/** Equal as configuration: order of keys does not count, and absent, null and empty text are the same. */
function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: unknown): string {
  return JSON.stringify(value === undefined || value === null ? '' : value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, each]) => each !== null && each !== undefined)
        .sort(([left], [right]) => left.localeCompare(right)),
    )
  })
}
