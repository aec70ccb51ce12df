import { describe, expect, test } from 'vitest'
import type { SlotAsk, SlotLedger } from '../slot-ledger.ts'

/** A book and the replicas that it knows. */
export interface LedgerUnderTest {
  ledger: SlotLedger
  /** A replica that lives. */
  join(replicaId: string): Promise<void>
  /** It has not been heard of for longer than it may be silent. */
  fallSilent(replicaId: string): Promise<void>
}

const instance = { tenantId: 'default', moduleId: 'm', instanceId: 'm-1' }

function ask(target: number, change: Partial<SlotAsk> = {}): SlotAsk {
  return { ...instance, capacity: 10, held: 0, target, inFlight: 0, wanted: 0, usable: 10, ...change }
}

/** What every book of shared capacity promises. `open` gives one without replicas. */
export function describeSlotLedger(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`${name} keeps what every slot ledger promises`, () => {
    const grantedTo = async (
      { ledger }: LedgerUnderTest,
      replicaId: string,
      asked: SlotAsk,
    ): Promise<number | null> => {
      const round = await ledger.share(replicaId, [asked])
      if (round.kind === 'alone') return null
      return round.grants.find(grant => grant.replicaId === replicaId)?.granted ?? 0
    }

    test('who is alone has all, and is told so', async () => {
      const book = await open()
      await book.join('a')
      expect(await grantedTo(book, 'a', ask(10))).toBeNull()
    })

    test('nothing is granted beyond what is held while another has not begun to share', async () => {
      const book = await open()
      await book.join('a')
      await book.join('b')
      expect(await grantedTo(book, 'a', ask(5, { held: 3 }))).toBe(3)
      expect(await grantedTo(book, 'b', ask(5))).toBe(5)
      expect(await grantedTo(book, 'a', ask(5, { held: 3 }))).toBe(5)
    })

    test('grants never add up to more than there is, and what is given back is free for others', async () => {
      const book = await open()
      await book.join('a')
      await book.join('b')
      await grantedTo(book, 'a', ask(8, { held: 8 }))
      expect(await grantedTo(book, 'b', ask(5))).toBe(2)
      expect(await grantedTo(book, 'a', ask(5, { held: 5 }))).toBe(5)
      expect(await grantedTo(book, 'b', ask(5, { held: 2 }))).toBe(5)
      await book.ledger.share('a', [])
      expect(await grantedTo(book, 'b', ask(10, { held: 5 }))).toBe(10)
    })

    test('what is in flight stays granted, also beyond the capacity', async () => {
      const book = await open()
      await book.join('a')
      await book.join('b')
      await grantedTo(book, 'a', ask(6, { held: 6, inFlight: 6 }))
      expect(await grantedTo(book, 'a', ask(2, { held: 6, inFlight: 6, capacity: 4 }))).toBe(6)
      expect(await grantedTo(book, 'b', ask(2, { capacity: 4 }))).toBe(0)
    })

    test('what a silent replica had is free, and who is left alone has all', async () => {
      const book = await open()
      for (const id of ['a', 'b', 'c']) await book.join(id)
      for (const id of ['a', 'b', 'c']) await grantedTo(book, id, ask(0))
      await grantedTo(book, 'a', ask(10))
      await book.fallSilent('a')
      expect(await grantedTo(book, 'b', ask(10))).toBe(10)
      await book.fallSilent('b')
      expect(await grantedTo(book, 'c', ask(10))).toBeNull()
    })

    test('everybody is told what all said', async () => {
      const book = await open()
      await book.join('a')
      await book.join('b')
      await book.ledger.share('a', [ask(4, { held: 4, inFlight: 3, wanted: 2, usable: 7 })])
      const round = await book.ledger.share('b', [ask(1)])
      expect(round).toMatchObject({
        kind: 'shared',
        grants: expect.arrayContaining([
          { ...instance, replicaId: 'a', granted: 4, inFlight: 3, wanted: 2, usable: 7 },
          { ...instance, replicaId: 'b', granted: 1, inFlight: 0, wanted: 0, usable: 10 },
        ]),
      })
    })
  })
}
