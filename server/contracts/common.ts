import { z } from 'zod'

/** Explicit limits of everything that comes from outside. Bytes are UTF-8 bytes of the JSON text. */
export const limits = {
  payloadBytes: 256 * 1024,
  resultBytes: 256 * 1024,
  checkpointBytes: 64 * 1024,
  jsonDepth: 64,
  batchTasks: 1_000,
  deadLettersPerJob: 100_000,
  parentsPerTask: 1_000,
  /** Over all entries of one batch. */
  batchDependencies: 50_000,
  refLength: 64,
  /** Dependants that a task names; their number is always told. */
  dependantsShown: 50,
  graphTasks: 300,
  pageSize: 200,
  /** Of JSON that tasks are found by. */
  searchedBytes: 4_096,
  instancesPerModule: 200,
  capabilitiesPerModule: 100,
  /** Different amounts of resources that tasks of one type may ask for. */
  resourceSizesPerType: 64,
  dependenciesPerModule: 100,
  schemaBytes: 64 * 1024,
  nameLength: 200,
  versionLength: 60,
  reasonLength: 500,
  viewQueryLength: 2_000,
  /** Saved views of one person; and as many shared ones. */
  viewsPerOwner: 100,
} as const

/** A module's id: a slug chosen by people. */
export const moduleIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a slug: lower-case letters, digits and dashes, at most 63 characters')

/** A task type or capability, such as `license.detect` or `email_campaign`. */
export const taskTypeSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 'must be lower-case letters, digits, dots, dashes and underscores, at most 100')

export const uuidSchema = z.uuid()

/** A moment on the wire: ISO 8601 with zone. */
export const timestampSchema = z.iso.datetime({ offset: true })

/** Arguments of `refine` for inputs with `from` and `to`: a range that is closed at both ends does not end before it begins. */
export const rangeRule = [
  ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
    from === undefined || to === undefined || Date.parse(from) <= Date.parse(to),
  { path: ['to'] as PropertyKey[], error: 'ends before it begins' },
] as const

export const pageLimitSchema = z.number().int().min(1).max(limits.pageSize).default(50)
export const reasonSchema = z.string().trim().min(1, 'say why').max(limits.reasonLength)

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** Anything JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
