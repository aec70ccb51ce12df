import { type Baseline, baselineOf } from './robust-statistics.ts'

const keptValues = 60
/** Fewer values say nothing of what is usual. */
const leastValues = 15
const stepMs = 60_000

interface Series {
  /** One value a minute, oldest first; the newest is still being made. */
  values: number[]
  at: number
  /** When it was noted last, in ms since the epoch. */
  notedMs: number
  /** What was usual before the newest minute; undefined until somebody asks in this minute. */
  usual: UsualValues | null | undefined
}

/** What was usual, over so many values. */
export type UsualValues = Baseline & { values: number }

/**
 * What each figure was in the last hour, one value a minute; in memory of the replica that evaluates. After a restart or a
 * change of that replica it learns anew for a quarter of an hour and judges nothing meanwhile.
 */
export class SeriesMemory {
  readonly #series = new Map<string, Series>()

  /** Takes in a value; of one minute the last counts. */
  note(key: string, value: number, nowMs: number): void {
    const at = Math.floor(nowMs / stepMs)
    const series = this.#series.get(key)
    if (!series) {
      this.#series.set(key, { values: [value], at, notedMs: nowMs, usual: undefined })
      return
    }
    series.notedMs = nowMs
    if (series.at === at) {
      series.values[series.values.length - 1] = value
    } else {
      series.values.push(value)
      series.values.splice(0, series.values.length - keptValues)
      series.at = at
      series.usual = undefined
    }
  }

  /** What was usual before the last minute, reckoned once a minute; null while there are too few values. */
  baseline(key: string): UsualValues | null {
    const series = this.#series.get(key)
    if (!series) return null
    if (series.usual === undefined) {
      const before = series.values.slice(0, -1)
      series.usual = before.length < leastValues ? null : { ...baselineOf(before), values: before.length }
    }
    return series.usual
  }

  /** Oldest first, a minute apart; null while there are too few. */
  values(key: string): readonly number[] | null {
    const values = this.#series.get(key)?.values ?? []
    return values.length < leastValues ? null : values
  }

  /** Forgets all but what was noted at this moment. */
  keepNoted(nowMs: number): void {
    for (const [key, { notedMs }] of this.#series) if (notedMs !== nowMs) this.#series.delete(key)
  }
}
