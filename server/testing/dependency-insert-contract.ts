import { describe, expect, test } from 'vitest'
import { failed, openDependencyStage } from './dependency-stage.ts'
import { succeeded } from './task-builders.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const tenantId = 'default'

/** What every TaskStore guarantees of tasks that are inserted with parents; run against PostgreSQL and against memory. */
export function describeDependencyInserts(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`inserts with dependencies (${name})`, () => {
    test('tasks that are inserted together may depend on each other; who depends on what was not inserted is not either', async () => {
      const { store, add, insert, finish, statusOf, ...world } = await openDependencyStage(makeWorld)
      const [bad] = await add({})
      await finish(bad, failed)
      const unknown = world.newId()
      const ids = Array.from({ length: 6 }, () => world.newId())
      const [root, left, right, joint, orphan, below] = ids as [string, string, string, string, string, string]
      const results = await insert(
        { id: root },
        { id: left, dependsOn: [root] },
        { id: right, dependsOn: [root] },
        { id: joint, dependsOn: [left, right] },
        { id: orphan, dependsOn: [root, unknown] },
        { id: below, dependsOn: [orphan] },
        { dependsOn: [bad] },
      )
      expect(results).toEqual([
        { kind: 'inserted' },
        { kind: 'inserted', waitsFor: 1 },
        { kind: 'inserted', waitsFor: 1 },
        { kind: 'inserted', waitsFor: 2 },
        { kind: 'parent_unknown', parentId: unknown },
        { kind: 'parent_rejected', parentId: orphan },
        { kind: 'parent_failed', parentId: bad, status: 'failed' },
      ])
      expect(await store.get(tenantId, orphan)).toBeNull()
      for (const id of [root, left, right, joint]) await finish(id, succeeded('1'))
      expect(await statusOf(joint)).toBe('succeeded')
      expect((await store.get(tenantId, root))?.dependants).toEqual({
        total: 2,
        items: [left, right].sort().map(id => ({ id, status: 'succeeded' })),
      })
    })

    test('a parent of another tenant is as unknown as one that does not exist', async () => {
      const { add, insert } = await openDependencyStage(makeWorld)
      const [theirs] = await add({})
      expect(await insert({ tenantId: 'another', dependsOn: [theirs] })).toEqual([
        { kind: 'parent_unknown', parentId: theirs },
      ])
    })

    test('a repeated key stands for the task made first, also as a parent; keys of what was refused are free again', async () => {
      const { store, add, insert, finish, statusOf, ...world } = await openDependencyStage(makeWorld)
      const [gate] = await add({})
      const key = (idempotencyKey: string, bodyHash = 'h') => ({ idempotencyKey, bodyHash })
      const [first, second, third] = [world.newId(), world.newId(), world.newId()]
      await insert({ id: first, dependsOn: [gate], ...key('k') })
      const results = await insert(
        { id: second, dependsOn: [gate], ...key('k') },
        { id: third, dependsOn: [second] },
        { dependsOn: [gate], ...key('k', 'other') },
        { dependsOn: [world.newId()], ...key('free') },
      )
      expect(results).toMatchObject([
        { kind: 'deduplicated', id: first, status: 'blocked' },
        { kind: 'inserted', waitsFor: 1 },
        { kind: 'conflict', id: first },
        { kind: 'parent_unknown' },
      ])
      expect((await store.get(tenantId, third))?.dependsOn).toEqual([{ id: first, status: 'blocked' }])
      expect(await insert({ dependsOn: [gate], ...key('free', 'h2') })).toMatchObject([{ kind: 'inserted' }])
      await finish(gate, succeeded('1'))
      await finish(first, succeeded('1'))
      expect(await statusOf(third)).toBe('ready')
    })

    test('two entries of one insert with the same key are one task; both stand for it', async () => {
      const { add, insert, ...world } = await openDependencyStage(makeWorld)
      const [gate] = await add({})
      const [one, two] = [world.newId(), world.newId()]
      const results = await insert(
        { id: one, dependsOn: [gate], idempotencyKey: 'k', bodyHash: 'h' },
        { id: two, dependsOn: [gate], idempotencyKey: 'k', bodyHash: 'h' },
        { dependsOn: [one, two] },
      )
      expect(results).toMatchObject([
        { kind: 'inserted' },
        { kind: 'deduplicated', id: one, status: 'blocked' },
        { kind: 'inserted', waitsFor: 1 },
      ])
    })
  })
}
