import { setTimeout as sleep } from 'node:timers/promises'
import type { SubmitReceipt, TaskView } from '../../../server/contracts/tasks.ts'
import { CallError } from '../../../server/testing/client.ts'
import { until } from '../../../server/testing/until.ts'
import { type FaultRow, quantile, violationsOf } from '../fault-row.ts'
import type { Stage } from '../stage.ts'

const maxAttempts = 3
const others = 1_000

export const poisonPayload: FaultRow = {
  row: 20,
  fault: 'poison payload',
  how: () =>
    `a task that kills the server that calls a module with it, among ${others.toLocaleString('en')} others, and payloads with NUL, 100 levels, __proto__ and 10 MB`,
  mustHold: `a dead letter after ${maxAttempts} attempts; the others succeed; what cannot be kept is refused with its code`,
  async run(stage) {
    const poisoned = { CHAOS_POISON: '1' }
    await stage.startReplicas(2, poisoned)
    await stage.startModule('worker', ({ payload }) => ({ status: 200, body: payload, delayMs: 100 }))
    const from = Date.now()
    await stage.submitMany(others)
    const runAt = new Date(Date.now() + 500).toISOString()
    const [poison] = await stage.submitMany(1, { payload: 'poison', maxAttempts, runAt })
    let restarts = 0
    await until(
      'the poison is dead',
      async () => {
        while (stage.replicas.length < 2) {
          await stage.startReplica(poisoned)
          restarts++
        }
        return stage.count('SELECT count(*) FROM dead_letter WHERE id = $1', [poison])
      },
      120_000,
    )
    const deadAfterMs = Date.now() - from
    await stage.untilIdle()
    const { rows } = await stage.pool.query<{ ms: number }>(`
      SELECT (extract(epoch FROM o.finished_at - t.accepted_at) * 1000)::float8 AS ms
      FROM task t JOIN outcome o ON o.id = t.id WHERE o.status = 'succeeded'`)
    const attempts = await stage.count('SELECT count(*) FROM attempt WHERE task_id = $1', [poison])
    const delayMs = quantile(
      rows.map(row => row.ms),
      1,
    )
    await sleep(100)
    const refusals = await offerUnstorable(stage)
    const isPlain = await keepsProto(stage)
    return {
      figure: `dead after ${attempts} attempts and ${restarts} restarts, ${(deadAfterMs / 1_000).toFixed(0)} s; the slowest of the others took ${(delayMs / 1_000).toFixed(1)} s; refused: ${refusals.join(', ')}`,
      measured: { attempts, restarts, deadAfterMs, delayMs, othersSucceeded: rows.length },
      violations: violationsOf({
        'not dead after its attempts': attempts === maxAttempts,
        'others did not succeed': rows.length === others,
        'refused with other codes': refusals.join() === 'PAYLOAD_NOT_STORABLE,PAYLOAD_TOO_DEEP,PAYLOAD_TOO_LARGE',
        '__proto__ is more than a name': isPlain,
      }),
    }
  },
}

async function offerUnstorable(stage: Stage): Promise<string[]> {
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown
  const codes: string[] = []
  for (const payload of ['NUL \0 inside', deep, 'x'.repeat(10_000_000)]) {
    const code = await stage.client.mutate('tasks.submit', { type: 'work', payload }).then(
      () => 'ACCEPTED',
      error => (error instanceof CallError ? error.data.appCode : 'NO_ANSWER'),
    )
    codes.push(code)
  }
  return codes
}

/** A payload with the name `__proto__` comes back as it was sent, and changes no other object. */
async function keepsProto(stage: Stage): Promise<boolean> {
  const payload = JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
  ) as object
  const { id } = await stage.client.mutate<SubmitReceipt>('tasks.submit', { type: 'work', payload })
  stage.acknowledged.add(id)
  const view = await until('it ends', async () => {
    const task = await stage.client.query<TaskView>('tasks.get', { id })
    return task.status === 'succeeded' ? task : null
  })
  return JSON.stringify(view.result) === JSON.stringify(payload) && !('polluted' in {})
}
