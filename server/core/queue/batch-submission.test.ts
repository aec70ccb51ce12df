import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../contracts/common.ts'
import { GraphStage } from './testing/graph-stage.ts'

const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'

describe('a batch whose entries depend on each other', () => {
  test('is committed in one transaction, parents before children, whatever the order of the entries', async () => {
    const stage = new GraphStage()
    const receipt = await stage.submitBatch(
      { ref: 'report', dependsOn: ['left', 'right'] },
      { ref: 'left', dependsOn: ['root'] },
      { ref: 'right', dependsOn: ['root'] },
      { ref: 'root' },
      { payload: 'apart' },
    )
    expect(receipt.rejected).toEqual([])
    const [report, left, right, root, apart] = receipt.accepted.map(entry => entry.id)
    expect(stage.store.inserts.length).toBe(1)
    const order = stage.store.inserts[0]?.map(task => task.id) ?? []
    expect(order.toSorted()).toEqual([report, left, right, root, apart].toSorted())
    expect(order.indexOf(report ?? '')).toBeGreaterThan(order.indexOf(left ?? ''))
    // Ids grow from parents to children: the order in which rows are locked stands on it.
    expect(String(report) > String(left) && String(left) > String(root)).toBe(true)
    expect(await stage.get(report ?? '')).toMatchObject({ status: 'blocked', blockedBy: [left, right] })
    expect(await stage.get(root ?? '')).toMatchObject({ status: 'ready', dependants: { total: 2 } })
  })

  test('rejects each bad entry for its own reason and what depends on it for that; the rest is accepted', async () => {
    const stage = new GraphStage()
    const failed = await stage.submit()
    await stage.run(failed.id, false)
    const receipt = await stage.submitBatch(
      { ref: 'good' },
      { ref: 'misfit', payload: 'misfit', dependsOn: ['good'] },
      { dependsOn: ['misfit'], ref: 'below' },
      { dependsOn: ['below', 'good'] },
      { dependsOn: ['nobody'] },
      { dependsOn: [unknown] },
      { dependsOn: [failed.id] },
      { ref: 'twin' },
      { ref: 'twin', dependsOn: ['good'] },
      { dependsOn: ['twin'] },
      { ref: 'a', dependsOn: ['b'] },
      { ref: 'b', dependsOn: ['a'] },
      { ref: 'self', dependsOn: ['self'] },
      { dependsOn: ['a'] },
      { ref: 'no priority', dependsOn: [] },
      { ref: 'odd', priority: 77 },
      { dependsOn: ['odd'] },
      { ref: unknown },
      { type: 'nothing', dependsOn: ['good'] },
      { dependsOn: ['good', 'good'], payload: 'fine' },
      'no object',
    )
    expect(receipt.accepted.map(entry => entry.index)).toEqual([0, 19])
    expect(receipt.rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'PAYLOAD_SCHEMA_MISMATCH'],
      [2, 'PARENT_REJECTED'],
      [3, 'PARENT_REJECTED'],
      [4, 'REF_UNKNOWN'],
      [5, 'PARENT_UNKNOWN'],
      [6, 'PARENT_FAILED'],
      [7, 'REF_REPEATED'],
      [8, 'REF_REPEATED'],
      [9, 'PARENT_REJECTED'],
      [10, 'DEPENDENCY_CYCLE'],
      [11, 'DEPENDENCY_CYCLE'],
      [12, 'DEPENDENCY_CYCLE'],
      [13, 'PARENT_REJECTED'],
      [14, 'INVALID_INPUT'],
      [15, 'INVALID_INPUT'],
      [16, 'PARENT_REJECTED'],
      [17, 'INVALID_INPUT'],
      [18, 'TASK_TYPE_UNKNOWN'],
      [20, 'INVALID_INPUT'],
    ])
    expect(receipt.rejected.find(entry => entry.index === 10)?.message).toMatch(/(a → b → a|b → a → b)/)
    expect((await stage.store.liveTotals()).count).toBe(2)
  })

  test('sent again with its keys makes nothing new, and answers with the tasks made first', async () => {
    const stage = new GraphStage()
    const entries = [
      { ref: 'root', idempotencyKey: 'k1' },
      { ref: 'child', dependsOn: ['root'], idempotencyKey: 'k2' },
    ]
    const first = await stage.submitBatch(...entries)
    expect(await stage.submitBatch(...entries)).toEqual(first)
    const more = await stage.submitBatch(...entries, { dependsOn: ['child', 'root'] })
    expect(more.accepted.slice(0, 2)).toEqual(first.accepted)
    expect((await stage.get(more.accepted[2]?.id ?? '')).blockedBy).toEqual(
      first.accepted.map(({ id }) => id).reverse(),
    )
    const changed = await stage.submitBatch({ ...entries[0], payload: 'other' }, { ...entries[1] })
    expect(changed.rejected.map(({ index, code }) => [index, code])).toEqual([[0, 'IDEMPOTENCY_CONFLICT']])
    expect(changed.accepted).toEqual([first.accepted[1]])
  })

  test('takes a place in the queue for each entry and gives back those that were not used', async () => {
    const stage = new GraphStage({ capacity: 3 })
    const entry = (ref: string, ...dependsOn: string[]) => ({ ref, dependsOn, priority: 1 })
    const receipt = await stage.submitBatch(
      ...[entry('a'), entry('b', unknown), entry('c', 'a'), entry('d', 'a'), entry('e', 'd')],
    )
    expect(receipt.accepted.map(({ index }) => index)).toEqual([0, 2])
    expect(receipt.rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'PARENT_UNKNOWN'],
      [3, 'QUEUE_FULL'],
      [4, 'PARENT_REJECTED'],
    ])
    expect((await stage.submit({ priority: 1 })).status).toBe('ready')
    await expect(stage.submit({ priority: 1 })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
  })

  test('is rejected whole while the store is away, and nothing of it is there afterwards', async () => {
    const stage = new GraphStage()
    stage.store.isAway = true
    const receipt = await stage.submitBatch({ ref: 'a' }, { dependsOn: ['a'] })
    expect(receipt.rejected.map(({ code }) => code)).toEqual(['DATABASE_UNAVAILABLE', 'DATABASE_UNAVAILABLE'])
    stage.store.isAway = false
    expect((await stage.store.liveTotals()).count).toBe(0)
    expect((await stage.submitBatch({ ref: 'a' }, { dependsOn: ['a'] })).accepted.length).toBe(2)
  })

  test('may not name more dependencies than the limit', async () => {
    const stage = new GraphStage()
    const dependsOn = Array.from({ length: limits.parentsPerTask }, () => unknown)
    const entries = Array.from({ length: limits.batchDependencies / limits.parentsPerTask + 1 }, () => ({ dependsOn }))
    await expect(stage.submitBatch(...entries)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(stage.submitBatch({ dependsOn: [...dependsOn, unknown] })).resolves.toMatchObject({
      rejected: [{ code: 'INVALID_INPUT' }],
    })
  })

  test('of any shape: what is accepted holds no cycle and has all that it depends on, and the rest says why', async () => {
    const batches = fc.integer({ min: 1, max: 12 }).chain(count =>
      fc.array(
        fc.record({
          parents: fc.array(fc.nat(count), { maxLength: 3 }),
          isBad: fc.boolean().map(bad => bad && count > 3),
        }),
        { minLength: count, maxLength: count },
      ),
    )
    await fc.assert(
      fc.asyncProperty(batches, async entries => {
        const stage = new GraphStage()
        const receipt = await stage.submitBatch(
          ...entries.map(({ parents, isBad }, n) => ({
            ref: `r${n}`,
            dependsOn: parents.map(parent => `r${parent}`),
            payload: isBad ? 'misfit' : null,
          })),
        )
        const accepted = new Set(receipt.accepted.map(entry => entry.index))
        const expected = new Set<number>()
        for (let grew = true; grew; ) {
          grew = false
          for (const [n, { parents, isBad }] of entries.entries()) {
            if (expected.has(n) || isBad || !parents.every(parent => expected.has(parent))) continue
            expected.add(n)
            grew = true
          }
        }
        expect(accepted).toEqual(expected)
        expect(receipt.rejected.length).toBe(entries.length - accepted.size)
        expect((await stage.store.liveTotals()).count).toBe(accepted.size)
        for (let left = accepted.size; left > 0; left--) {
          const ready = await stage.store.list('default', { status: ['ready'], limit: 1 })
          await stage.run(ready.items[0]?.id ?? '')
        }
        expect((await stage.store.totals('default')).succeeded).toBe(accepted.size)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a single task', () => {
  test('is blocked by parents that have not ended, ready when they have, and refused by those that can never succeed', async () => {
    const stage = new GraphStage()
    const parent = await stage.submit()
    const child = await stage.submit({ dependsOn: [parent.id.toUpperCase()] })
    expect(child.status).toBe('blocked')
    await stage.run(parent.id)
    expect((await stage.get(child.id)).status).toBe('ready')
    expect((await stage.submit({ dependsOn: [parent.id] })).status).toBe('ready')
    await stage.run(child.id, false)
    await expect(stage.submit({ dependsOn: [parent.id, child.id] })).rejects.toMatchObject({
      code: 'PARENT_FAILED',
      details: { parentId: child.id, status: 'failed' },
    })
    await expect(stage.submit({ dependsOn: [unknown] })).rejects.toMatchObject({ code: 'PARENT_UNKNOWN' })
  })
})

describe('retrying in a graph', () => {
  test('a retried parent takes the place of the failed one for children that are retried after it', async () => {
    const stage = new GraphStage()
    const { accepted } = await stage.submitBatch({ ref: 'a' }, { ref: 'b', dependsOn: ['a'] }, { dependsOn: ['b'] })
    const [a, b, c] = accepted.map(entry => entry.id) as [string, string, string]
    await stage.run(a, false)
    expect(await stage.get(c)).toMatchObject({ status: 'cancelled', failedAncestor: { id: a, status: 'failed' } })
    await expect(stage.retry(b)).rejects.toMatchObject({ code: 'PARENT_FAILED' })
    const again = await stage.retry(a)
    const child = await stage.retry(b)
    expect(child.status).toBe('blocked')
    expect((await stage.get(child.id)).dependsOn).toEqual([{ id: again.id, status: 'ready' }])
    const grandchild = await stage.retry(c)
    expect((await stage.get(grandchild.id)).blockedBy).toEqual([child.id])
    await stage.run(again.id)
    await stage.run(child.id, false)
    const once = await stage.retry(child.id)
    expect(once.status).toBe('ready')
    expect((await stage.get(once.id)).dependsOn).toEqual([{ id: again.id, status: 'succeeded' }])
  })
})

describe('deadlines in a graph', () => {
  test('what cannot be done in time is put before others, and says for whom', async () => {
    const stage = new GraphStage()
    stage.durations.set('work', 40_000)
    const crowd = await stage.submit({ priority: 2 })
    await stage.clock.advance(60_000)
    const { accepted } = await stage.submitBatch({ ref: 'first', priority: 10 }, { ref: 'next', dependsOn: ['first'] })
    const [first, next] = accepted.map(entry => entry.id) as [string, string]
    const relaxed = new Date(stage.clock.now() + 600_000).toISOString()
    await stage.submit({ dependsOn: [next], deadline: relaxed })
    expect(await stage.get(first)).toMatchObject({ raisedBy: null })
    const deadline = new Date(stage.clock.now() + 90_000).toISOString()
    const due = await stage.submit({ dependsOn: [next], deadline })
    expect(await stage.get(first)).toMatchObject({ raisedBy: due.id, priority: 10 })
    expect(await stage.get(next)).toMatchObject({ raisedBy: due.id })
    expect((await stage.service.timeline('default', first)).map(entry => entry.kind)).toEqual([
      ...['accepted', 'queued', 'raised'],
    ])
    const lanes = (await stage.store.lanes()).map(lane => ({ laneId: lane.id, slots: 1 }))
    expect((await stage.store.claim(lanes, 1, 'r1'))[0]?.id).toBe(first)
    expect((await stage.get(crowd.id)).raisedBy).toBeNull()
  })

  test('nothing is put before others, and no critical path told, while the flags for it are off', async () => {
    const stage = new GraphStage()
    Object.assign(stage.flags, { mayHurry: false, showsCriticalPath: false })
    stage.durations.set('work', 40_000)
    const first = await stage.submit({ priority: 10 })
    const deadline = new Date(stage.clock.now() + 50_000).toISOString()
    await stage.submit({ dependsOn: [first.id], deadline })
    expect(await stage.get(first.id)).toMatchObject({ raisedBy: null })
    const { nodes } = await stage.graph(first.id)
    expect(nodes.map(({ slackMs, isCritical, expectedMs }) => [slackMs, isCritical, expectedMs])).toEqual([
      [null, false, 40_000],
      [null, false, 40_000],
    ])
    Object.assign(stage.flags, { mayHurry: true, showsCriticalPath: true })
    await stage.submit({ dependsOn: [first.id], deadline })
    expect(await stage.get(first.id)).toMatchObject({ raisedBy: expect.any(String) as unknown })
    expect((await stage.graph(first.id)).nodes.some(node => node.isCritical)).toBe(true)
  })

  test('the graph shows how long each is expected to take, its slack, and what the end hinges on', async () => {
    const stage = new GraphStage()
    const { accepted } = await stage.submitBatch(
      { ref: 'root' },
      { ref: 'short', dependsOn: ['root'], estimatedComplexity: 0.5 },
      { ref: 'long', dependsOn: ['root'], estimatedComplexity: 3 },
      { dependsOn: ['short', 'long'] },
    )
    const [root, short, long, joint] = accepted.map(entry => entry.id) as [string, string, string, string]
    await stage.run(root)
    const graph = await stage.graph(long)
    expect(graph.isCut).toBe(false)
    const node = (id: string) => graph.nodes.find(each => each.id === id)
    expect(node(root)).toMatchObject({ status: 'succeeded', slackMs: null, isCritical: false, expectedMs: 1_000 })
    expect(node(short)).toMatchObject({ slackMs: 2_500, isCritical: false, expectedMs: 500 })
    expect(node(long)).toMatchObject({ slackMs: 0, isCritical: true, expectedMs: 3_000 })
    expect(node(joint)).toMatchObject({ slackMs: 0, isCritical: true, status: 'blocked' })
    expect(graph.edges.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(
      [`${root} ${short}`, `${root} ${long}`, `${short} ${joint}`, `${long} ${joint}`].toSorted(),
    )
    await expect(stage.graph(unknown)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })
})
