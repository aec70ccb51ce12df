import { randomUUIDv7 } from 'node:crypto'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type InvariantName, invariantNames } from '#server/contracts/invariants.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { openSqlTaskWorld } from '#server/testing/sql-task-world.ts'
import { createInvariantStore } from './sql-invariant-store.ts'

const ofProcess: InvariantName[] = ['running-without-execution', 'leaked-slots', 'breakers-without-probe']
const ofDatabase = invariantNames.filter(name => !ofProcess.includes(name))
let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createTestDatabase()
  ;({ pool } = database)
})
afterAll(() => database[Symbol.asyncDispose]())

/** A task that ended well, one that failed with its letter, one that waits in the queue, one that runs and one that depends on it. */
const ids = { good: '', failed: '', ready: '', leased: '', blocked: '' }

beforeEach(async () => {
  await openSqlTaskWorld(pool)
  for (const name of Object.keys(ids) as (keyof typeof ids)[]) ids[name] = randomUUIDv7()
  const { good, failed, ready, leased, blocked } = ids
  await pool.query(`
    UPDATE event_sequence SET last_seq = 0, counted_seq = 0;
    INSERT INTO lane (tenant_id, task_type) VALUES ('default', 't');
    INSERT INTO replica (id, host, pid, version) VALUES ('r1', 'h', 1, 'v');
    INSERT INTO task (tenant_id, id, lane_id, type, priority, score, rank, timeout_ms, max_attempts, submitted_by, accepted_at,
                      payload, payload_bytes, depends_on)
      SELECT 'default', t.id::uuid, (SELECT max(id) FROM lane), 't', 5, 0, 0, 1000, 4, 'x', now(), '{}', 10,
             CASE WHEN t.id = '${blocked}' THEN ARRAY['${leased}'::uuid] ELSE '{}' END
      FROM unnest(ARRAY['${good}', '${failed}', '${ready}', '${leased}', '${blocked}']) AS t (id);
    INSERT INTO outcome (tenant_id, id, status, attempts, finished_at)
      VALUES ('default', '${good}', 'succeeded', 1, now()), ('default', '${failed}', 'failed', 0, now());
    INSERT INTO attempt (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, outcome, enqueued_at, claimed_at,
                         dispatched_at, ended_at)
      VALUES ('default', '${good}', 1, 1, 'r1', 'm', 'i', 'succeeded', now(), now(), now(), now());
    INSERT INTO dead_letter (tenant_id, id, type, priority, attempts, error_code, error_message, fingerprint, failed_at)
      VALUES ('default', '${failed}', 't', 5, 0, 'E', 'e', 'f', now());
    INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at)
      VALUES ((SELECT max(id) FROM lane), 0, 5, 'infinity', '${ready}', 'default', 0, now());
    INSERT INTO lease (id, tenant_id, lease_no, replica_id, attempts, enqueued_at, claimed_at)
      VALUES ('${leased}', 'default', 2, 'r1', 0, now(), now());
    INSERT INTO waiting (id, tenant_id, parents, attempts, reason, since) VALUES ('${blocked}', 'default', 1, 0, 'parents', now());
    INSERT INTO task_edge (tenant_id, parent_id, child_id) VALUES ('default', '${leased}', '${blocked}');
    INSERT INTO awaited (id, tenant_id) VALUES ('${leased}', 'default');
    INSERT INTO task_total (tenant_id, replica_id, accepted, succeeded, failed, live_bytes) VALUES ('default', 'r1', 5, 1, 1, 30);
    INSERT INTO event_batch (tenant_id, count, types, events)
      VALUES ('default', 2, '{task.ready}', '[{},{}]'), ('default', 1, '{task.ready}', '[{}]');
    INSERT INTO event_total (tenant_id, type, count) VALUES ('default', 'task.ready', 3);
    UPDATE event_sequence SET counted_seq = 3`)
  await pool.query('SELECT FROM sequence_events(10)')
})

/** Each way of breaking the database, the checks that must find it, and what they must name. */
const breakages: [string, InvariantName[], () => string, () => string][] = [
  [
    'a task is in no place any more',
    ['one-place-per-task', 'live-totals'],
    () => `DELETE FROM ready`,
    () => `${ids.ready} (nowhere)`,
  ],
  [
    'a task is in two places',
    ['one-place-per-task', 'live-totals'],
    () =>
      `INSERT INTO waiting (id, tenant_id, attempts, reason, since, due_at) VALUES ('${ids.ready}', 'default', 0, 'retry', now(), now())`,
    () => `${ids.ready} (ready and waiting)`,
  ],
  [
    'a task that has ended is leased again',
    ['one-place-per-task', 'live-totals'],
    () => `INSERT INTO lease (id, tenant_id, lease_no, replica_id, attempts, enqueued_at, claimed_at)
           VALUES ('${ids.good}', 'default', 9, 'r1', 0, now(), now())`,
    () => `${ids.good} (lease and outcome)`,
  ],
  [
    'something ended that was never accepted',
    ['outcome-without-task', 'attempts-missing'],
    () =>
      `UPDATE outcome SET id = '${randomUUIDv7()}', attempts = 1 WHERE id = '${ids.good}'; DELETE FROM task WHERE id = '${ids.good}'`,
    () => '',
  ],
  ['a lease has no replica', ['orphaned-leases'], () => `DELETE FROM replica`, () => `${ids.leased} (r1)`],
  [
    'a lease has a replica that was silent for an hour',
    ['orphaned-leases'],
    () => `UPDATE replica SET heartbeat_at = now() - interval '1 hour'`,
    () => `${ids.leased} (r1)`,
  ],
  ['an attempt is lost', ['attempts-missing'], () => `DELETE FROM attempt`, () => `${ids.good} (0 of 1)`],
  [
    'a task waits for nobody',
    ['blocked-without-parents'],
    () => `UPDATE waiting SET parents = 2`,
    () => `${ids.blocked} (waits for 2, 1 not ended)`,
  ],
  [
    'a parent ended and its child was forgotten',
    ['blocked-without-parents', 'awaited-but-ended', 'live-totals'],
    () => `DELETE FROM lease; INSERT INTO outcome (tenant_id, id, status, attempts, finished_at)
           VALUES ('default', '${ids.leased}', 'succeeded', 0, now())`,
    () => ids.leased,
  ],
  [
    'an event is missing in the sequence',
    ['events-in-sequence'],
    () => `UPDATE event_batch SET first_seq = 7 WHERE first_seq = 3; UPDATE event_sequence SET last_seq = 7`,
    () => '3 to 6 are missing',
  ],
  [
    'the sequence is behind its events',
    ['events-in-sequence'],
    () => `UPDATE event_sequence SET last_seq = 2`,
    () => 'the last number is 2, and events go to 3',
  ],
  [
    'events are left without a number',
    ['events-in-sequence'],
    () =>
      `INSERT INTO event_batch (tenant_id, written_at, count, types, events) VALUES ('default', now() - interval '5 min', 4, '{}', '')`,
    () => '4 events',
  ],
  [
    'a total of events is off',
    ['event-totals'],
    () => `UPDATE event_total SET count = 4`,
    () => 'add up to 4, 3 were counted',
  ],
  [
    'a total of tasks is off',
    ['live-totals'],
    () => `UPDATE task_total SET succeeded = 2`,
    () => 'the totals say 2 tasks',
  ],
  [
    'a failure has no letter',
    ['dead-letters-of-failures'],
    () => `DELETE FROM dead_letter`,
    () => `${ids.failed} (failed, no letter)`,
  ],
  [
    'a letter has no failure',
    ['dead-letters-of-failures'],
    () => `UPDATE outcome SET status = 'succeeded' WHERE id = '${ids.failed}'`,
    () => `${ids.failed} (letter, not failed)`,
  ],
]

async function findAll(): Promise<Map<InvariantName, string>> {
  const store = createInvariantStore(pool)
  const found = new Map<InvariantName, string>()
  for (const name of ofDatabase) {
    const { count, sample } = await store.find(name)
    if (count > 0) found.set(name, sample.join('; '))
  }
  return found
}

test('nothing is found in a sound database', async () => {
  expect([...(await findAll())]).toEqual([])
})

test.each(breakages)('when %s, the checks %j find it', async (_, checks, breakIt, mustName) => {
  await pool.query(breakIt())
  const found = await findAll()
  expect([...found.keys()].toSorted()).toEqual(checks.toSorted())
  expect([...found.values()].join('; ')).toContain(mustName())
})

test('every check of the database was made to fail by one of these', () => {
  expect([...new Set(breakages.flatMap(([, checks]) => checks))].toSorted()).toEqual([...ofDatabase].toSorted())
})

test('results are kept: a violation since when it was first found, through runs that could not be made', async () => {
  const store = createInvariantStore(pool)
  const result = {
    name: 'event-totals' as const,
    found: 1,
    sample: ['x'],
    error: null,
    durationMs: 2,
    ranBy: 'Quarterdeck',
  }
  const at = Date.UTC(2026, 10, 21)
  const since = async () => (await store.results())[0]
  await store.save([{ ...result, outcome: 'violated', ranAt: at }], null)
  await store.save([{ ...result, outcome: 'failed', ranAt: at + 1 }], null)
  await store.save([{ ...result, outcome: 'violated', ranAt: at + 2 }], null)
  expect(await since()).toMatchObject({ outcome: 'violated', violatedSince: at, ranAt: at + 2 })
  await store.save([{ ...result, outcome: 'held', found: 0, ranAt: at + 3 }], null)
  expect(await since()).toMatchObject({ outcome: 'held', violatedSince: null })
})
