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
  /** Entries of one part of the queue policy. */
  policyEntries: 1_000,
  /** Numbers of events that one replay may go through. */
  replayedNumbers: 100_000,
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

const firstMoment = Date.parse('0001-01-01T00:00:00Z')
const lastMoment = Date.parse('9999-12-31T23:59:59.999Z')

/** A moment on the wire: ISO 8601 with zone, as far as both JavaScript and PostgreSQL can tell it. */
export const timestampSchema = z.iso
  .datetime({ offset: true })
  .max(40)
  .refine(text => Date.parse(text) >= firstMoment && Date.parse(text) <= lastMoment, 'must lie in the years 1 to 9999')
  .refine(text => !/[+-](1[6-9]|2\d):\d\d$/.test(text), 'must have a zone of less than 16 hours')

/** Where a page ended, of a list that goes by time: milliseconds and id. */
export const timedCursorSchema = z
  .string()
  .regex(/^\d{1,14}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the nextCursor of a page')

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

/** What a live list is sent: all of it, or the items that changed since, each in whole. */
export interface ListChange<Item> {
  isWhole: boolean
  items: Item[]
}
