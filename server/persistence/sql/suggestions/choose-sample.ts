import type { ClientBase } from 'pg'
import { firstIdAt, timeOfId } from '../id-range.ts'

/** Tasks that were drawn from a window. */
export interface Sample {
  ids: string[]
  /** The part of the window's tasks that this comes to, 0-1; each task had the same chance. */
  share: number
}

/** From the first id to before the last. */
interface Stretch {
  low: string
  high: string
}

export interface SampleRequest {
  tenantId: string
  types: readonly string[] | null
  /** Milliseconds since the epoch; `to` is not included. */
  from: number
  to: number
  most: number
  /** So many ids are passed over in a moment: up to here a plain sample is drawn from all of them. */
  mostPassed: number
}

/** Evenly over a week, one begins every 20 minutes: each hour of each day is looked at. */
const stretchCount = 512
/** How much shorter stretches become when they hold too much. */
const narrower = 8

/**
 * Chooses about `most` tasks, however many there are. Up to `mostPassed` it is a plain random sample by a hash; beyond, 512 stretches of
 * time at equal distances are made as short as it takes to hold a few times `most`, and thinned by the hash. So no more is counted or
 * read than a few times what is asked for.
 */
export async function chooseSample(client: ClientBase, request: SampleRequest): Promise<Sample> {
  const { to, most, mostPassed } = request
  const from = await firstTaskAt(client, request)
  const whole = [{ low: firstIdAt(from), high: firstIdAt(to) }]
  const counted = await countWithin(client, request, whole)
  const draw = (stretches: Stretch[], count: number, part: number): Promise<Sample> => {
    const oneOf = Math.max(1, Math.ceil(count / most))
    return drawFrom(client, request, { stretches, oneOf, share: part / oneOf })
  }
  if (counted <= mostPassed) return draw(whole, counted, 1)
  for (let part = 1 / narrower; ; part /= narrower) {
    const stretches = stretchesOf(from, to, part)
    const held = await countWithin(client, request, stretches)
    // Shorter than a millisecond they cannot be.
    if (held <= mostPassed || (part * (to - from)) / stretchCount < 1) return draw(stretches, held, part)
  }
}

function stretchesOf(from: number, to: number, part: number): Stretch[] {
  const step = (to - from) / stretchCount
  const lengthMs = Math.max(1, Math.round(step * part))
  return Array.from({ length: stretchCount }, (_, place) => {
    const start = Math.floor(from + place * step)
    return { low: firstIdAt(start), high: firstIdAt(start + lengthMs) }
  })
}

/** A record that is younger than the window is divided into as many stretches. */
async function firstTaskAt(client: ClientBase, { tenantId, from, to }: SampleRequest): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM task WHERE tenant_id = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT 1',
    [tenantId, firstIdAt(from), firstIdAt(to)],
  )
  return rows[0] ? timeOfId(rows[0].id) : from
}

/** No more than are passed over, and one. */
async function countWithin(client: ClientBase, request: SampleRequest, stretches: Stretch[]): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM (SELECT 1 FROM ${tasksWithin(request)} LIMIT $5) AS found`,
    valuesOf(request, stretches),
  )
  return Number(rows[0]?.count ?? 0)
}

async function drawFrom(
  client: ClientBase,
  request: SampleRequest,
  { stretches, oneOf, share }: { stretches: Stretch[]; oneOf: number; share: number },
): Promise<Sample> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM ${tasksWithin(request)} WHERE abs(hashtextextended(id::text, 0)) % $6::int = 0 LIMIT 2 * $7::int`,
    [...valuesOf(request, stretches), oneOf, request.most],
  )
  return { ids: rows.map(({ id }) => id), share }
}

/**
 * Ids alone, in an index. The inner limit keeps the planner from joining in another way than by looking up one stretch after the other:
 * how many ids lie between two values it cannot know, and without it a week of 1,000,000 tasks took more than 15 s.
 */
function tasksWithin({ types }: SampleRequest): string {
  return types === null
    ? `unnest($2::uuid[], $3::uuid[]) AS stretch(low, high)
       CROSS JOIN LATERAL (
         SELECT id FROM task WHERE tenant_id = $1 AND id >= low AND id < high AND $4::text[] IS NULL
         ORDER BY id LIMIT $5) AS inside`
    : `unnest($2::uuid[], $3::uuid[]) AS stretch(low, high)
       CROSS JOIN unnest($4::text[]) AS wanted(type)
       CROSS JOIN LATERAL (
         SELECT id FROM task WHERE tenant_id = $1 AND type = wanted.type AND id >= low AND id < high
         ORDER BY id LIMIT $5) AS inside`
}

function valuesOf({ tenantId, types, mostPassed }: SampleRequest, stretches: readonly Stretch[]): unknown[] {
  return [tenantId, stretches.map(({ low }) => low), stretches.map(({ high }) => high), types, mostPassed + 1]
}
