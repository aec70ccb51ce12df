import type { EvidenceFigure } from '../../contracts/findings.ts'
import { estimateShare } from '../shared/wilson.ts'

/** A share with its interval, as evidence. */
export function shareFigure(name: string, size: number, hits: number): EvidenceFigure {
  const share = estimateShare(size, hits)
  return {
    name,
    value: share?.rate ?? 0,
    unit: 'share',
    sampleSize: size,
    low: share?.low ?? 0,
    high: share?.high ?? 1,
  }
}

/** A plain number that was counted or computed from so many. */
export function figure(
  name: string,
  value: number,
  unit: EvidenceFigure['unit'],
  sampleSize: number,
  comparedTo?: EvidenceFigure['comparedTo'],
): EvidenceFigure {
  return { name, value, unit, sampleSize, ...(comparedTo && { comparedTo }) }
}

/** To two digits, upwards: a proposal does not claim more than is known. */
export function roundUp(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1)
  return Math.ceil(value / step) * step
}
