import type { EvidenceSeries, FindingUnit } from '../../contracts/findings.ts'
import type { Call } from './fleet-evidence.ts'
import { meanOf } from './statistics/samples.ts'

/** Spans of the window that counts are compared by, long beside a call and a back-off. */
export const spanMs = 600_000

const mostPoints = 48

export function bySpan<Item extends { span: number }>(items: Iterable<Item>): Map<number, Item[]> {
  return Map.groupBy(items, ({ span }) => span)
}

/** Mean calls in flight in each span, by when each call really ran. */
export function busyBySpan(calls: Iterable<Pick<Call, 'at' | 'endedAt'>>): Map<number, number> {
  const busy = new Map<number, number>()
  for (const { at, endedAt } of calls) {
    for (let span = Math.floor(at / spanMs); span * spanMs < endedAt; span++) {
      const overlapMs = Math.min(endedAt, (span + 1) * spanMs) - Math.max(at, span * spanMs)
      busy.set(span, (busy.get(span) ?? 0) + overlapMs / spanMs)
    }
  }
  return busy
}

/** A value for each span as a chart over time: neighbouring spans together when there are more than 48. */
export function seriesOverTime(name: string, unit: FindingUnit, values: ReadonlyMap<number, number>): EvidenceSeries {
  const spans = [...values.keys()].toSorted((a, b) => a - b)
  const first = spans[0] ?? 0
  const together = Math.max(1, Math.ceil(((spans.at(-1) ?? 0) - first + 1) / mostPoints))
  const groups = Map.groupBy(spans, span => Math.floor((span - first) / together))
  const points = [...groups].map(([group, its]) => ({
    x: new Date((first + group * together) * spanMs).toISOString(),
    y: meanOf(its.map(span => values.get(span) ?? 0)),
  }))
  return { name, unit, axis: 'time', axisName: 'time', points }
}
