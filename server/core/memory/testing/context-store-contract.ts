import { beforeEach, describe, expect, test } from 'vitest'
import { ann } from '../../registry/testing/builders.ts'
import type { ContextStore, NewContext } from '../context-store.ts'

/** An empty store, and what a test needs around it. */
export interface ContextStage {
  store: ContextStore
  /** Lets so much time pass for what is kept. */
  pass(seconds: number): Promise<void>
  /** Actions that were audited, in order, with the name of the context. */
  audited(): Promise<string[]>
}

const stranger = { ...ann, tenantId: 'other' }

function contextOf(name: string, edit: Partial<NewContext> = {}): NewContext {
  return { name, text: '{"a":[1,"b"]}', bytes: 13, taskTypes: ['work'], ttlSeconds: 3_600, ...edit }
}

/** What every store of contexts promises. Its tenants are `default` and `other`. */
export function describeContextStore(subject: string, open: () => Promise<ContextStage>): void {
  describe(`${subject} keeps what every store of contexts promises`, () => {
    let stage: ContextStage
    let store: ContextStore
    beforeEach(async () => {
      stage = await open()
      store = stage.store
    })
    const set = (name: string, edit?: Partial<NewContext>) => store.setContext(ann, contextOf(name, edit), 5)
    const names = async (query: Partial<Parameters<ContextStore['listContexts']>[1]> = {}) =>
      (await store.listContexts('default', { limit: 50, ...query })).items.map(({ name }) => name)

    test('gives back what was kept, to its own tenant alone', async () => {
      const kept = await set('first')
      expect(kept).toMatchObject({ name: 'first', bytes: 13, taskTypes: ['work'], updatedBy: ann.name })
      expect(await store.getContext('default', 'first')).toEqual({ ...kept, value: { a: [1, 'b'] } })
      expect(await store.getContext('other', 'first')).toBeNull()
      expect((await store.listContexts('other', { limit: 50 })).items).toEqual([])
      expect(await store.contextsFor('other', 'work', 10)).toEqual([])
      expect(await store.contextTotals('other')).toEqual({ count: 0, bytes: 0, nextExpiryAt: null })
      expect(await store.removeContext(stranger, 'first')).toBe(false)
      expect(await store.getContext('default', 'first')).not.toBeNull()
    })

    test('replaces what has the same name, whole, and its expiry with it', async () => {
      await set('first', { ttlSeconds: 10 })
      await set('first', { text: '2', bytes: 1, taskTypes: [], ttlSeconds: 100 })
      await stage.pass(50)
      expect(await store.getContext('default', 'first')).toMatchObject({ value: 2, bytes: 1, taskTypes: [] })
      expect(await names()).toEqual(['first'])
    })

    test('forgets what has expired, for every reader', async () => {
      await set('short', { ttlSeconds: 10 })
      const long = await set('long', { ttlSeconds: 100 })
      await stage.pass(10)
      expect(await store.getContext('default', 'short')).toBeNull()
      expect(await names()).toEqual(['long'])
      expect((await store.contextsFor('default', 'work', 10)).map(({ name }) => name)).toEqual(['long'])
      const totals = await store.contextTotals('default')
      expect(totals).toMatchObject({ count: 1, bytes: long?.bytes })
      expect(totals.nextExpiryAt).not.toBeNull()
      expect(await store.removeContext(ann, 'short')).toBe(false)
    })

    test('holds the limit also when many come at once; what has expired and what is replaced takes no place', async () => {
      const made = await Promise.all(Array.from({ length: 12 }, (_, number) => set(`at-once-${number}`)))
      expect(made.filter(context => context !== null)).toHaveLength(5)
      const [one] = await names()
      expect(await set(one ?? '', { text: '3', bytes: 1 })).not.toBeNull()
      await stage.pass(3_600)
      expect(await set('later')).not.toBeNull()
      expect(await names()).toEqual(['later'])
    })

    test('lists by name in pages, as asked for', async () => {
      for (const name of ['b', 'a_2', 'B', 'a_1']) await set(name)
      expect(await names()).toEqual(['B', 'a_1', 'a_2', 'b'])
      expect(await names({ prefix: 'a_' })).toEqual(['a_1', 'a_2'])
      const page = await store.listContexts('default', { limit: 2 })
      expect(page).toMatchObject({ items: [{ name: 'B' }, { name: 'a_1' }], nextCursor: 'a_1' })
      expect(await names({ cursor: 'a_1' })).toEqual(['a_2', 'b'])
    })

    test('finds the newest for a type', async () => {
      await set('old')
      await stage.pass(1)
      await set('new', { taskTypes: ['play', 'work'] })
      await set('elsewhere', { taskTypes: ['play'] })
      await set('nowhere', { taskTypes: [] })
      expect((await store.contextsFor('default', 'work', 10)).map(({ name }) => name)).toEqual(['new', 'old'])
      expect((await store.contextsFor('default', 'work', 1)).map(({ name }) => name)).toEqual(['new'])
    })

    test('audits what is kept and removed, and nothing that was refused', async () => {
      await set('first')
      await store.setContext(ann, contextOf('second'), 1)
      expect(await store.removeContext(ann, 'first')).toBe(true)
      expect(await store.removeContext(ann, 'first')).toBe(false)
      expect(await stage.audited()).toEqual(['memory.context_set first', 'memory.context_removed first'])
    })
  })
}
