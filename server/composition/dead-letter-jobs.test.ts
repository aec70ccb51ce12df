import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeadLetterJob, DeadLetterJobView, DiscardReceipt } from '#server/contracts/dead-letters.ts'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { startHeadlessProcess } from '#server/testing/headless-process.ts'
import {
  getLetter,
  jobWhen,
  type LetterStage,
  openLetterStage,
  openLetters,
  refusalOf,
} from '#server/testing/letter-stage.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { until } from '#server/testing/until.ts'

const cleanup = new AsyncDisposableStack()
let running: RunningQuarterdeck

beforeAll(async () => {
  running = cleanup.use(await runQuarterdeck({ QUARTERDECK_QUEUE_CAPACITY: '400' }))
})
afterAll(() => cleanup.disposeAsync())

async function stageFor(type: string, options?: Parameters<typeof openLetterStage>[2]): Promise<LetterStage> {
  return cleanup.use(await openLetterStage(running.client, type, options))
}

const mutate = <Output>(path: string, input?: unknown) => running.client.mutate<Output>(path, input)
const reprocess = (input: object) =>
  mutate<DeadLetterJob>('deadLetters.reprocessMany', { ratePerSecond: 500, ...input })
const isOver = (job: DeadLetterJobView) => job.status === 'done'
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

/** The tasks made from each letter of a type: how many letters, and how many tasks were made from the one with the most. */
async function remadeOf(database: RunningQuarterdeck['database'], type: string) {
  const { rows } = await database.pool.query<{ letters: number; most: number }>(
    `SELECT count(*)::int AS letters, coalesce(max(n), 0)::int AS most
     FROM (SELECT count(*) AS n FROM task WHERE type = $1 AND retry_of IS NOT NULL GROUP BY retry_of) x`,
    [type],
  )
  return rows[0]
}

async function auditOf(targetId: string) {
  const { rows } = await running.database.pool.query<{ action: string; actor_name: string; details: object }>(
    'SELECT action, actor_name, details FROM audit_entry WHERE target_id = $1 ORDER BY id',
    [targetId],
  )
  return rows
}

describe('a job that reprocesses many letters', () => {
  test('makes one task from each that matches, counts them, ends, and is audited in the name of who asked', async () => {
    const stage = await stageFor('bulk')
    const ids = await stage.bury(numbers(30))
    stage.repair()
    const [letter] = await openLetters(running.client, 'bulk')
    const job = await reprocess({ filter: { fingerprint: letter?.fingerprint }, reason: 'fixed' })
    expect(job).toMatchObject({ kind: 'reprocess', status: 'running', total: 30, trial: null, reason: 'fixed' })
    const done = await jobWhen(running.client, job.id, 'ends', one => isOver(one) && one.tasks.alive === 0)
    expect(done).toMatchObject({ done: 30, refused: 0, skipped: 0, tasks: { succeeded: 30, failed: 0 }, refusals: [] })
    expect(await remadeOf(running.database, 'bulk')).toEqual({ letters: 30, most: 1 })
    expect(await openLetters(running.client, 'bulk')).toEqual([])
    expect(await getLetter(running.client, ids[0] ?? '')).toMatchObject({ state: 'reprocessed', jobId: job.id })
    const audit = await auditOf(job.id)
    expect(audit.map(({ action }) => action)).toEqual(['dead_letter_job.started', 'dead_letter_job.ended'])
    expect(new Set(audit.map(row => row.actor_name))).toEqual(new Set([job.createdBy]))
    expect(audit[1]?.details).toMatchObject({ done: 30 })
  })

  test('keeps to its rate, can be aborted on the way, and leaves the rest open', async () => {
    const stage = await stageFor('slowly')
    await stage.bury(numbers(60))
    stage.repair()
    const begunAt = performance.now()
    const job = await reprocess({ filter: { type: 'slowly' }, ratePerSecond: 10 })
    const early = await jobWhen(running.client, job.id, 'has made some', one => one.done >= 10)
    expect(early.done).toBeLessThanOrEqual(10 * ((performance.now() - begunAt) / 1_000 + 0.5) + 2)
    const aborted = await mutate<DeadLetterJobView>('deadLetters.abortJob', { id: job.id, reason: 'enough' })
    expect(aborted).toMatchObject({ status: 'aborted', endReason: 'enough', replicaId: null })
    const { done } = await jobWhen(running.client, job.id, 'has settled its last step', one => one.tasks.alive === 0)
    expect(done).toBeLessThan(60)
    await until('nothing is made any more', async () => (await remadeOf(running.database, 'slowly'))?.letters === done)
    expect(await openLetters(running.client, 'slowly')).toHaveLength(60 - done)
    for (const path of ['deadLetters.abortJob', 'deadLetters.continueJob']) {
      expect(await refusalOf(mutate(path, { id: job.id }))).toMatchObject({ appCode: 'DEAD_LETTER_JOB_ENDED' })
    }
  })

  test('refuses what its type does not take any more, says why, and does the others', async () => {
    const inputSchema = { type: 'object', properties: { size: { type: 'number' } } }
    const stage = await stageFor('refusing', { inputSchema })
    await stage.bury([{ size: 1 }, { size: 200 }, { size: 3 }])
    stage.repair()
    await mutate('modules.update', {
      id: 'refusing',
      configVersion: 1,
      capabilities: [
        { type: 'refusing', inputSchema: { type: 'object', properties: { size: { type: 'number', maximum: 100 } } } },
      ],
    })
    const job = await reprocess({ filter: { type: 'refusing' } })
    const done = await jobWhen(running.client, job.id, 'ends', isOver)
    expect(done).toMatchObject({ done: 2, refused: 1, skipped: 0 })
    expect(done.refusals).toMatchObject([{ code: 'PAYLOAD_SCHEMA_MISMATCH', count: 1 }])
    expect((await openLetters(running.client, 'refusing')).length).toBe(1)
  })

  test('waits while the queue is full instead of failing, says so, and goes on when there is room', async () => {
    const stage = await stageFor('crowded')
    await stage.bury(numbers(5), { priority: 9 })
    stage.repair()
    const blocking = await stageFor('crowd', { capacity: 1 })
    blocking.module.answer = () => 'hang'
    const crowd = numbers(380).map(payload => ({ type: 'crowd', payload, priority: 5, timeoutMs: 600_000 }))
    const { accepted } = await mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks: crowd })
    const job = await reprocess({ filter: { type: 'crowded' } })
    const waiting = await jobWhen(running.client, job.id, 'waits', one => one.waitingFor === 'QUEUE_FULL')
    expect(waiting).toMatchObject({ status: 'running', done: 0, refused: 0 })
    await Promise.all(accepted.map(({ id }) => mutate('tasks.cancel', { id })))
    const done = await jobWhen(running.client, job.id, 'ends', isOver, 20_000)
    expect(done).toMatchObject({ done: 5, refused: 0, waitingFor: null })
  })

  test('repeated with its key is the same job; another body with that key is refused', async () => {
    const stage = await stageFor('keyed')
    await stage.bury([1])
    const body = { filter: { type: 'keyed' }, idempotencyKey: 'once-only' }
    const [first, second] = await Promise.all([reprocess(body), reprocess(body)])
    expect(second.id).toBe(first.id)
    expect(await refusalOf(reprocess({ ...body, ratePerSecond: 7 }))).toMatchObject({ appCode: 'IDEMPOTENCY_CONFLICT' })
  })
})

describe('a trial', () => {
  test('runs a sample, awaits its ends, estimates, and waits to be told; then the rest is done', async () => {
    const stage = await stageFor('sampled')
    await stage.bury(numbers(40))
    stage.repair()
    const job = await reprocess({ filter: { type: 'sampled' }, trial: { size: 10 } })
    expect(job.status).toBe('trial')
    const asked = await jobWhen(running.client, job.id, 'asks', one => one.status === 'deciding')
    expect(asked.done).toBe(10)
    expect(asked.trial).toMatchObject({ size: 10, ended: 10, succeeded: 10, failed: 0, rate: 1, high: 1 })
    expect(asked.trial?.low).toBeCloseTo(0.72, 2)
    expect(await openLetters(running.client, 'sampled')).toHaveLength(30)
    await mutate('deadLetters.continueJob', { id: job.id })
    expect(await jobWhen(running.client, job.id, 'ends', isOver)).toMatchObject({ done: 40 })
    const actions = (await auditOf(job.id)).map(({ action }) => action)
    expect(actions).toEqual(['dead_letter_job.started', 'dead_letter_job.continued', 'dead_letter_job.ended'])
  })

  test('goes on by itself when the chosen share succeeded', async () => {
    const stage = await stageFor('confident')
    await stage.bury(numbers(20))
    stage.repair()
    const job = await reprocess({ filter: { type: 'confident' }, trial: { size: 5, continueFrom: 0.8 } })
    expect(await jobWhen(running.client, job.id, 'ends', isOver)).toMatchObject({ done: 20, trial: { rate: 1 } })
  })

  test('asks when less succeeded, and an abort then leaves the rest open', async () => {
    const stage = await stageFor('doubtful')
    await stage.bury(numbers(20))
    const job = await reprocess({ filter: { type: 'doubtful' }, trial: { size: 4, continueFrom: 0.5 } })
    const asked = await jobWhen(running.client, job.id, 'asks', one => one.status === 'deciding')
    expect(asked.trial).toMatchObject({ ended: 4, succeeded: 0, failed: 4, rate: 0, low: 0 })
    expect(asked.trial?.high).toBeCloseTo(0.49, 2)
    await mutate('deadLetters.abortJob', { id: job.id })
    expect(await openLetters(running.client, 'doubtful'), '16 of before and 4 that failed again').toHaveLength(20)
  })
})

test('a filter is discarded by a job that says who and why on every letter', async () => {
  const stage = await stageFor('swept')
  const ids = await stage.bury(numbers(25))
  const { discarded, job } = await mutate<DiscardReceipt>('deadLetters.discard', {
    filter: { type: 'swept' },
    reason: 'test data',
  })
  expect(discarded).toBe(0)
  expect(await jobWhen(running.client, job?.id ?? '', 'ends', isOver)).toMatchObject({ kind: 'discard', done: 25 })
  expect(await getLetter(running.client, ids[7] ?? '')).toMatchObject({
    state: 'discarded',
    reason: 'test data',
    closedBy: job?.createdBy,
    jobId: job?.id,
  })
})

test('a job survives kill -9: the next start goes on, and no letter is reprocessed twice', {
  timeout: 60_000,
}, async () => {
  await using other = await runQuarterdeck()
  await using stage = await openLetterStage(other.client, 'killed')
  await stage.bury(numbers(150))
  stage.repair()
  await other.quarterdeck.stop()
  await using first = await startHeadlessProcess({ ...process.env, ...other.environment })
  const job = await first.client.mutate<DeadLetterJob>('deadLetters.reprocessMany', {
    filter: { type: 'killed' },
    ratePerSecond: 50,
  })
  await jobWhen(first.client, job.id, 'is under way', one => one.done >= 20)
  await first.kill()
  const { rows } = await other.database.pool.query<{ left: number }>(
    'SELECT count(*)::int AS left FROM dead_letter_job_item WHERE outcome IS NULL',
  )
  expect(rows[0]?.left).toBeGreaterThan(0)
  await using second = await startHeadlessProcess({ ...process.env, ...other.environment })
  const done = await jobWhen(second.client, job.id, 'ends', isOver, 30_000)
  expect(done).toMatchObject({ done: 150, refused: 0, skipped: 0 })
  expect(await remadeOf(other.database, 'killed')).toEqual({ letters: 150, most: 1 })
})

test('two replicas never work on one job at once, and when one goes the other takes it over', {
  timeout: 60_000,
}, async () => {
  await using one = await runQuarterdeck({ QUARTERDECK_SECRET_KEY: '5'.repeat(64) })
  await using stage = await openLetterStage(one.client, 'contended')
  const folder = cleanup.use(await makeReachableTempDir())
  await using two = await startHeadlessProcess({
    ...process.env,
    ...one.environment,
    QUARTERDECK_DATA_DIR: folder.path,
  })
  await stage.bury(numbers(120))
  stage.repair()
  const job = await one.client.mutate<DeadLetterJob>('deadLetters.reprocessMany', {
    filter: { type: 'contended' },
    ratePerSecond: 30,
  })
  const under = await jobWhen(one.client, job.id, 'is under way', each => each.done >= 20)
  expect(under.replicaId).not.toBeNull()
  await one.quarterdeck.stop()
  const taken = await jobWhen(two.client, job.id, 'is taken over', each => each.replicaId !== under.replicaId, 20_000)
  expect(taken.done).toBeGreaterThanOrEqual(20)
  const done = await jobWhen(two.client, job.id, 'ends', isOver, 30_000)
  expect(done).toMatchObject({ done: 120, refused: 0, skipped: 0 })
  expect(await remadeOf(one.database, 'contended')).toEqual({ letters: 120, most: 1 })
})
