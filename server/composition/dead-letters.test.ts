import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '#server/contracts/common.ts'
import type { DeadLetterGroup, DeadLetterSummary, DiscardReceipt } from '#server/contracts/dead-letters.ts'
import type { SubmitReceipt, TaskView } from '#server/contracts/tasks.ts'
import {
  endedTask,
  getLetter,
  type LetterStage,
  openLetterStage,
  openLetters,
  refusalOf,
} from '#server/testing/letter-stage.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { until } from '#server/testing/until.ts'
import { createIdSource } from '../persistence/uuid-v7.ts'

const cleanup = new AsyncDisposableStack()
let running: RunningQuarterdeck

beforeAll(async () => {
  running = cleanup.use(await runQuarterdeck())
})
afterAll(() => cleanup.disposeAsync())

async function stageFor(type: string, options?: Parameters<typeof openLetterStage>[2]): Promise<LetterStage> {
  return cleanup.use(await openLetterStage(running.client, type, options))
}

const query = <Output>(path: string, input?: unknown) => running.client.query<Output>(path, input)
const mutate = <Output>(path: string, input?: unknown) => running.client.mutate<Output>(path, input)

async function auditOf(targetId: string) {
  const { rows } = await running.database.pool.query<{ action: string; actor_kind: string; details: object }>(
    'SELECT action, actor_kind, details FROM audit_entry WHERE target_id = $1 ORDER BY id',
    [targetId],
  )
  return rows
}

describe('letters are found', () => {
  test('by group, type, module, state, text, id and time, the last to fail first, page by page without gap or repeat', async () => {
    const stage = await stageFor('found')
    const ids = await stage.bury(Array.from({ length: 7 }, (_, index) => ({ index })))
    const list = async (filter: object) =>
      (await query<Page<DeadLetterSummary>>('deadLetters.list', { limit: 50, ...filter })).items.map(({ id }) => id)
    expect((await list({ type: 'found' })).toSorted()).toEqual(ids.toSorted())
    expect(await list({ moduleId: 'found' })).toHaveLength(7)
    expect(await list({ moduleId: 'other' })).toEqual([])
    expect(await list({ type: 'found', state: ['discarded'] })).toEqual([])
    expect(await list({ q: 'BOOM AT', type: 'found' })).toHaveLength(7)
    expect(await list({ q: '100%_', type: 'found' })).toEqual([])
    expect(await list({ q: ids[3] })).toEqual([ids[3]])
    expect(await list({ type: 'found', from: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
    const seen: DeadLetterSummary[] = []
    let cursor: string | null = null
    do {
      const page: Page<DeadLetterSummary> = await query('deadLetters.list', {
        type: 'found',
        limit: 3,
        ...(cursor === null ? {} : { cursor }),
      })
      seen.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    const times = seen.map(({ failedAt }) => failedAt)
    expect(times).toEqual(times.toSorted().reverse())
    expect(seen[0]).toMatchObject({
      type: 'found',
      moduleId: 'found',
      state: 'open',
      attemptCount: 1,
      error: { code: 'BOOM', message: 'boom at request 12' },
    })
  })

  test('grouped by cause, with counts, sample, first and last time and the last day by hours', async () => {
    const stage = await stageFor('grouped')
    stage.module.answer = call => ({
      status: 200,
      body: { error: { code: 'BAD_ROW', message: `row ${JSON.stringify(call.payload)} is bad`, retryable: false } },
    })
    const [first] = await stage.bury([1, 22, 333])
    const other = { error: { code: 'OTHER', message: 'something else', retryable: false } }
    stage.module.answer = () => ({ status: 200, body: other })
    await stage.bury([4])
    await mutate('deadLetters.discard', { ids: [first], reason: 'not needed' })
    const groups = await query<Page<DeadLetterGroup>>('deadLetters.groups', { type: 'grouped' })
    expect(groups.items).toMatchObject([
      { sample: { code: 'OTHER', message: 'something else' }, open: 1, total: 1 },
      { sample: { code: 'BAD_ROW' }, types: ['grouped'], modules: ['grouped'], open: 2, total: 3 },
    ])
    const [, rows] = groups.items
    expect(rows?.recent).toHaveLength(24)
    expect(rows?.recent.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(rows && rows.firstSeenAt <= rows.lastSeenAt).toBe(true)
    const members = await query<Page<DeadLetterSummary>>('deadLetters.list', { fingerprint: rows?.fingerprint })
    expect(members.items).toHaveLength(3)
    expect(await query('deadLetters.count', { fingerprint: rows?.fingerprint })).toMatchObject({ open: 2 })
    const closed = await query<Page<DeadLetterGroup>>('deadLetters.groups', { type: 'grouped', state: ['discarded'] })
    expect(closed.items.map(({ sample }) => sample.code)).toEqual(['BAD_ROW'])
  })
})

describe('reprocessing one letter', () => {
  test('makes a new task linked to the old one; both keep their history, and the act is audited with it', async () => {
    const stage = await stageFor('again')
    const [id = ''] = await stage.bury([{ text: 'same' }])
    stage.repair()
    const receipt = await mutate<SubmitReceipt>('deadLetters.reprocess', { id })
    const task = await endedTask(running.client, receipt.id)
    expect(task).toMatchObject({ status: 'succeeded', retryOf: id, payload: { text: 'same' }, deadLetter: null })
    const old = await query<TaskView>('tasks.get', { id })
    expect(old).toMatchObject({
      status: 'failed',
      retriedAs: receipt.id,
      deadLetter: { state: 'reprocessed', reprocessedAs: receipt.id },
    })
    const letter = await getLetter(running.client, id)
    expect(letter).toMatchObject({ state: 'reprocessed', reprocessedAs: receipt.id, payload: { text: 'same' } })
    expect(letter.attempts).toHaveLength(1)
    expect(letter.lineage.map(entry => [entry.id, entry.status])).toEqual([
      [id, 'failed'],
      [receipt.id, 'succeeded'],
    ])
    expect(await auditOf(id)).toMatchObject([{ action: 'dead_letter.reprocessed', details: { taskId: receipt.id } }])
  })

  test('twice is refused with the task that was made, and many at once make one', async () => {
    const stage = await stageFor('twice')
    const [id = ''] = await stage.bury([1])
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => mutate<SubmitReceipt>('deadLetters.reprocess', { id })),
    )
    const made = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value.id] : []))
    expect(made).toHaveLength(1)
    const refusal = await refusalOf(mutate('deadLetters.reprocess', { id }))
    expect(refusal).toMatchObject({ appCode: 'DEAD_LETTER_NOT_OPEN', httpStatus: 409, details: { taskId: made[0] } })
    expect(refusal.action).not.toBe('')
  })

  test('with an edited payload sends that; one that does not fit its type is refused as on submitting, and nothing is done', async () => {
    const inputSchema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
    const stage = await stageFor('edited', { inputSchema })
    const [id = ''] = await stage.bury([{ name: 'wrong' }])
    stage.repair(payload => (payload as { name: string }).name === 'right')
    expect(await refusalOf(mutate('deadLetters.reprocess', { id, payload: { name: 5 } }))).toMatchObject({
      appCode: 'PAYLOAD_SCHEMA_MISMATCH',
    })
    expect(await refusalOf(mutate('deadLetters.reprocess', { id, payload: { name: 'NUL \0' } }))).toMatchObject({
      appCode: 'PAYLOAD_NOT_STORABLE',
    })
    expect((await getLetter(running.client, id)).state).toBe('open')
    const receipt = await mutate<SubmitReceipt>('deadLetters.reprocess', { id, payload: { name: 'right' } })
    expect(await endedTask(running.client, receipt.id)).toMatchObject({
      status: 'succeeded',
      payload: { name: 'right' },
    })
    expect((await getLetter(running.client, id)).payload).toEqual({ name: 'wrong' })
    expect(await auditOf(id)).toMatchObject([{ details: { payloadEdited: true } }])
  })

  test('that fails again leaves a letter of its own, in the same group', async () => {
    const stage = await stageFor('again-and-again')
    const [id = ''] = await stage.bury([1])
    const receipt = await mutate<SubmitReceipt>('deadLetters.reprocess', { id })
    await endedTask(running.client, receipt.id)
    const [first, second] = await Promise.all([getLetter(running.client, id), getLetter(running.client, receipt.id)])
    expect([first.state, second.state]).toEqual(['reprocessed', 'open'])
    expect(second.fingerprint).toBe(first.fingerprint)
    expect(second.lineage.map(entry => entry.id)).toEqual([id, receipt.id])
  })

  test('however often and wherever its chain was tried again, the letter tells of the newest tasks on it and of no more than are read', async () => {
    const stage = await stageFor('many-retries')
    const [id = ''] = await stage.bury([1])
    const ids = createIdSource()
    const retry = async (of: string, count: number) => {
      const made = Array.from({ length: count }, () => ids.next())
      await running.database.pool.query(
        `INSERT INTO task SELECT (jsonb_populate_record(t, jsonb_build_object('id', made.id, 'retry_of', t.id))).*
         FROM task t, unnest($2::uuid[]) AS made(id) WHERE t.id = $1`,
        [of, made],
      )
      return made
    }
    const first = await retry(id, 80)
    await retry(first.at(-1)!, 80)
    expect((await getLetter(running.client, id)).lineage.map(entry => entry.id)).toEqual([id, ...first.slice(-50)])
  })

  test('is also what a retry of the failed task does to its letter', async () => {
    const stage = await stageFor('retried')
    const [id = ''] = await stage.bury([1])
    stage.repair()
    const receipt = await mutate<SubmitReceipt>('tasks.retry', { id })
    expect(await getLetter(running.client, id)).toMatchObject({ state: 'reprocessed', reprocessedAs: receipt.id })
    expect(await auditOf(id)).toMatchObject([{ action: 'task.retried' }])
  })

  test.each([
    ['that does not exist', () => randomUUID()],
    [
      'that succeeded',
      async (stage: LetterStage) => {
        stage.repair()
        const { id } = await mutate<SubmitReceipt>('tasks.submit', { type: 'no-letter', payload: 1 })
        await endedTask(running.client, id)
        return id
      },
    ],
  ])('of a task %s is refused as no dead letter', async (_what, make) => {
    const id = await make(await noLetterStage())
    const calls = [
      () => mutate('deadLetters.reprocess', { id }),
      () => mutate('deadLetters.reprocessMany', { ids: [id] }),
      () => mutate('deadLetters.discard', { ids: [id], reason: 'x' }),
      () => query('deadLetters.get', { id }),
    ]
    for (const call of calls) {
      expect(await refusalOf(call())).toMatchObject({ appCode: 'DEAD_LETTER_NOT_FOUND', httpStatus: 404 })
    }
  })
})

let noLetter: Promise<LetterStage> | undefined
function noLetterStage(): Promise<LetterStage> {
  noLetter ??= stageFor('no-letter')
  return noLetter
}

describe('discarding', () => {
  test('closes letters for good, with who and why, audited each', async () => {
    const stage = await stageFor('discarded')
    const [id = '', other = ''] = await stage.bury([1, 2])
    expect(await mutate<DiscardReceipt>('deadLetters.discard', { ids: [id], reason: 'a test row' })).toEqual({
      discarded: 1,
      job: null,
    })
    const letter = await getLetter(running.client, id)
    expect(letter).toMatchObject({ state: 'discarded', reason: 'a test row', reprocessedAs: null })
    expect(letter.closedBy).not.toBeNull()
    expect(await refusalOf(mutate('deadLetters.reprocess', { id }))).toMatchObject({ appCode: 'DEAD_LETTER_NOT_OPEN' })
    expect(await refusalOf(mutate('deadLetters.discard', { ids: [id], reason: 'x' }))).toMatchObject({
      appCode: 'DEAD_LETTER_NOT_OPEN',
    })
    expect((await openLetters(running.client, 'discarded')).map(item => item.id)).toEqual([other])
    expect(await auditOf(id)).toMatchObject([{ action: 'dead_letter.discarded' }])
  })
})

describe('bad input', () => {
  test.each([
    ['deadLetters.reprocess', {}],
    ['deadLetters.reprocess', { id: 'no-uuid' }],
    ['deadLetters.reprocessMany', {}],
    ['deadLetters.reprocessMany', { ids: [] }],
    ['deadLetters.reprocessMany', { ids: [randomUUID()], filter: {} }],
    ['deadLetters.reprocessMany', { filter: {}, ratePerSecond: 0 }],
    ['deadLetters.reprocessMany', { filter: {}, trial: { size: 0 } }],
    ['deadLetters.reprocessMany', { filter: {}, trial: { size: 5, continueFrom: 1.5 } }],
    ['deadLetters.reprocessMany', { filter: { fingerprint: `x' OR 1=1 --` } }],
    ['deadLetters.discard', { ids: [randomUUID()] }],
    ['deadLetters.discard', { ids: [randomUUID()], reason: '  ' }],
    ['deadLetters.discard', { reason: 'everything' }],
    ['deadLetters.abortJob', { id: 7 }],
  ])('%s %j is refused before anything is done', async (path, input) => {
    expect((await refusalOf(mutate(path, input))).appCode).toMatch(/^(INVALID_INPUT|UNKNOWN_FIELD)$/)
  })

  test.each([
    ['deadLetters.reprocessMany', { filter: { type: 'nothing.failed' } }, 'NO_DEAD_LETTERS'],
    ['deadLetters.discard', { filter: { type: 'nothing.failed' }, reason: 'x' }, 'NO_DEAD_LETTERS'],
    ['deadLetters.abortJob', { id: randomUUID() }, 'DEAD_LETTER_JOB_NOT_FOUND'],
    ['deadLetters.continueJob', { id: randomUUID() }, 'DEAD_LETTER_JOB_NOT_FOUND'],
  ])('%s %j is refused with %s', async (path, input, code) => {
    expect((await refusalOf(mutate(path, input))).appCode).toBe(code)
  })

  test('a cursor that is none is refused, not run', async () => {
    expect((await refusalOf(query('deadLetters.list', { cursor: "1.'; DROP" }))).appCode).toBe('INVALID_INPUT')
  })
})

describe('a poison payload', () => {
  test('becomes a dead letter after its attempts, while the work beside it goes on', async () => {
    const stage = await stageFor('poisoned')
    const poison = { __proto__: null, constructor: 'x' }
    stage.module.answer = call => {
      const isPoison = typeof call.payload === 'object'
      return isPoison
        ? { status: 500, body: { error: { code: 'CRASH', message: 'crashed', retryable: true } } }
        : { status: 200, body: 1 }
    }
    const { id } = await mutate<SubmitReceipt>('tasks.submit', { type: 'poisoned', payload: poison, maxAttempts: 2 })
    const others = await Promise.all(
      [1, 2, 3, 4, 5].map(payload => mutate<SubmitReceipt>('tasks.submit', { type: 'poisoned', payload })),
    )
    for (const other of others) expect((await endedTask(running.client, other.id)).status).toBe('succeeded')
    const letter = await until('the poison is a dead letter', async () => {
      const [found] = await openLetters(running.client, 'poisoned')
      return found ?? null
    })
    expect(letter).toMatchObject({ id, attemptCount: 2, error: { code: 'CRASH' } })
  })

  test.each([
    ['NUL', { text: 'a\0b' }, 'PAYLOAD_NOT_STORABLE'],
    ['too deep', JSON.parse('['.repeat(70) + ']'.repeat(70)), 'PAYLOAD_TOO_DEEP'],
    ['10 MB', { text: 'x'.repeat(10 * 1024 * 1024) }, 'PAYLOAD_TOO_LARGE'],
  ])('that cannot be kept (%s) is refused at the door, and never becomes one', async (_what, payload, code) => {
    await noLetterStage()
    expect((await refusalOf(mutate('tasks.submit', { type: 'no-letter', payload }))).appCode).toBe(code)
  })

  test('`__proto__` is data: kept as it came, harmless, and reprocessed the same', async () => {
    const stage = await stageFor('proto')
    const payload = JSON.parse('{"__proto__":{"isAdmin":true},"a":1}')
    const [id = ''] = await stage.bury([payload])
    stage.repair()
    const { id: again } = await mutate<SubmitReceipt>('deadLetters.reprocess', { id })
    await endedTask(running.client, again)
    expect(stage.module.calls.map(call => JSON.parse(call.rawBody).payload)).toEqual([payload, payload])
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})
