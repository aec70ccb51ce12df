import { describe, expect, test } from 'vitest'
import { bandOf } from '../aggregate.ts'
import type { HealthPointRecord, HealthStore } from '../health-store.ts'

export interface HealthStoreUnderTest extends AsyncDisposable {
  store: HealthStore
  /** Makes a tenant beside the default one. */
  addTenant(id: string): Promise<void>
}

const noon = Date.UTC(2026, 10, 21, 12)

/** What every history of health promises. `open` gives an empty one. */
export function describeHealthStore(name: string, open: () => Promise<HealthStoreUnderTest>): void {
  describe(`${name} keeps what every health store promises`, () => {
    test('points are read as they were written, oldest first, ends included', async () => {
      await using underTest = await open()
      const points = [point(0, 91.5), { ...point(30, 40.2), systems: null }, { ...point(60, 88), modules: null }]
      await underTest.store.append([points[2]!, points[0]!])
      await underTest.store.append([points[1]!])
      expect(await underTest.store.range('default', noon, noon + 60_000, 120)).toEqual(points)
      expect(await underTest.store.range('default', noon + 1, noon + 59_999, 120)).toEqual([points[1]])
    })

    test('a point for a moment that has one already is left out', async () => {
      await using underTest = await open()
      await underTest.store.append([point(0, 90)])
      await underTest.store.append([point(0, 10), point(30, 80)])
      const read = await underTest.store.range('default', noon, noon + 60_000, 120)
      expect(read.map(each => each.score)).toEqual([90, 80])
    })

    test('many points become few, and the lowest of each span remains', async () => {
      await using underTest = await open()
      const points = Array.from({ length: 1_000 }, (_, index) =>
        point(index, index === 777 ? 3 : 90 + (index % 10) / 2),
      )
      await underTest.store.append(points)
      const read = await underTest.store.range('default', noon, noon + 999_000, 10)
      expect(read).toHaveLength(10)
      expect(read.map(each => each.score)).toEqual([90, 90, 90, 90, 90, 90, 90, 3, 90, 90])
      expect(read[7]?.at).toBe(noon + 777_000)
      expect(read.map(each => each.at)).toEqual(read.map(each => each.at).toSorted((a, b) => a - b))
    })

    test('the standing is the last status and since when every point says so', async () => {
      await using underTest = await open()
      expect(await underTest.store.standing('default')).toBeNull()
      await underTest.store.append([point(0, 95)])
      expect(await underTest.store.standing('default')).toEqual({ status: 'healthy', since: noon, lastAt: noon })
      await underTest.store.append([point(30, 60), point(60, 92), point(90, 99)])
      expect(await underTest.store.standing('default')).toEqual({
        status: 'healthy',
        since: noon + 60_000,
        lastAt: noon + 90_000,
      })
    })

    test('what is too old is deleted, and nothing else', async () => {
      await using underTest = await open()
      await underTest.addTenant('other')
      await underTest.store.append([point(0, 90), point(30, 90), { ...point(0, 90), tenantId: 'other' }])
      expect(await underTest.store.deleteBefore(noon + 30_000)).toBe(2)
      expect(await underTest.store.range('default', 0, noon * 2, 120)).toEqual([point(30, 90)])
    })

    test('a tenant reads its own points only', async () => {
      await using underTest = await open()
      await underTest.addTenant('other')
      await underTest.store.append([point(0, 90), { ...point(30, 20), tenantId: 'other' }])
      expect(await underTest.store.range('default', noon, noon + 60_000, 120)).toEqual([point(0, 90)])
      expect((await underTest.store.standing('other'))?.status).toBe('emergency')
    })
  })
}

function point(second: number, score: number): HealthPointRecord {
  return { tenantId: 'default', at: noon + second * 1_000, score, status: bandOf(score), systems: score, modules: 50 }
}
