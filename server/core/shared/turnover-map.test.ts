import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TurnoverMap } from './turnover-map.ts'

test('it holds what a Map would hold, in the same order, whatever is done to it', () => {
  const act = fc.record({ kind: fc.constantFrom('set', 'delete'), key: fc.nat(5), value: fc.nat() })
  fc.assert(
    fc.property(fc.array(act), acts => {
      const map = new TurnoverMap<number, number>()
      const model = new Map<number, number>()
      for (const { kind, key, value } of acts) {
        if (kind === 'delete') expect(map.delete(key)).toBe(model.delete(key))
        else {
          map.set(key, value)
          model.set(key, value)
        }
        expect(map.get(key)).toBe(model.get(key))
        expect(map.has(key)).toBe(model.has(key))
      }
      expect(map.size).toBe(model.size)
      expect([...map.keys()]).toEqual([...model.keys()])
      expect([...map.values()]).toEqual([...model.values()])
    }),
  )
})

test('entries may go while they are gone through', () => {
  const map = new TurnoverMap<string, number>()
  for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index)
  const seen: number[] = []
  for (const value of map.values()) {
    seen.push(value)
    map.delete('b')
  }
  expect(seen).toEqual([0, 2])
})

test('what went through it is freed by scavenges, though its tables have grown old', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { type: 'major' | 'minor' }) => void
  const map = new TurnoverMap<number, number[]>()
  const [rounds, perRound, inFlight, bytesEach] = [20, 2_000, 40, 2_000]
  let next = 0
  const turnOver = () => {
    for (let n = 0; n < perRound; n++, next++) {
      map.set(next, new Array<number>(bytesEach / 8).fill(next))
      map.delete(next - inFlight)
    }
    collect({ type: 'minor' })
  }
  turnOver()
  collect({ type: 'major' })
  const before = oldBytes()
  for (let round = 0; round < rounds; round++) turnOver()
  const passed = rounds * perRound * bytesEach
  expect(oldBytes() - before).toBeLessThan(passed / 10)
})

/** Bytes in the old generation, whether anybody still needs them or not. */
function oldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(space => !space.space_name.startsWith('new'))
    .reduce((sum, space) => sum + space.space_used_size, 0)
}
