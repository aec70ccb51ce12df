import type { EvidenceFigure, ExpectedEffect, FindingSubject } from '../../../contracts/findings.ts'
import { type Crowding, expectedWaitMs, type Saturation } from './saturation.ts'

/** What shows that work waits for room: the wait beside the calls, and the load that was offered beside `room`. */
export function saturationFigures(
  { meanWaitMs, meanRunMs, offered, spans }: Saturation,
  calls: number,
  room: { name: string; value: number },
): EvidenceFigure[] {
  return [
    {
      name: 'Mean wait for a place',
      value: meanWaitMs,
      unit: 'ms',
      sampleSize: calls,
      comparedTo: { name: 'Mean time of a call', value: meanRunMs },
    },
    {
      name: 'Calls at once that there was work for in busy spans',
      value: offered,
      unit: 'in_flight',
      sampleSize: spans.showing,
      comparedTo: room,
    },
  ]
}

/** What calls beside it do to a call. */
export function crowdingFigure({ slope, low, high }: Crowding, calls: number): EvidenceFigure {
  return {
    name: 'Growth of a call with the calls beside it (0: none, 1: in proportion)',
    value: slope,
    unit: 'times',
    sampleSize: calls,
    low,
    high,
  }
}

/** The mean wait for `of` with room for `servers` calls at once; at worst that of a fifth more load, at best none. */
export function expectedWait(
  { offered, meanRunMs, meanWaitMs }: Saturation,
  servers: number,
  of: FindingSubject,
): ExpectedEffect {
  const waitAt = (load: number) => Math.min(meanWaitMs, expectedWaitMs(servers, load, meanRunMs))
  return {
    measure: 'wait_mean',
    of,
    unit: 'ms',
    from: meanWaitMs,
    to: waitAt(offered),
    low: 0,
    high: waitAt(offered * 1.2),
    better: 'lower',
  }
}
