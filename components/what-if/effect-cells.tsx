import type { Effect } from '#server/contracts/simulations.ts'
import { TableCell, TableHead } from '../ui/table.tsx'
import { EffectVerdict } from './effect-verdict.tsx'
import { formatDifference, formatInterval, formatMeasure } from './words.ts'

/** Headings of `EffectCells`. */
export function EffectHeads() {
  return (
    <>
      <TableHead numeric className="max-sm:hidden">
        As it is
      </TableHead>
      <TableHead numeric className="max-sm:hidden">
        With the change
      </TableHead>
      <TableHead numeric>Difference</TableHead>
      <TableHead numeric className="max-sm:hidden">
        95 % interval
      </TableHead>
      <TableHead>Verdict</TableHead>
    </>
  )
}

/** One measure on both sides, the interval of its difference and what may be claimed of it; phones show the difference and the claim. */
export function EffectCells({ effect }: { effect: Effect }) {
  return (
    <>
      <TableCell numeric className="max-sm:hidden">
        {formatMeasure(effect.measure, effect.before)}
      </TableCell>
      <TableCell numeric className="max-sm:hidden">
        {formatMeasure(effect.measure, effect.after)}
      </TableCell>
      <TableCell numeric>{formatDifference(effect.measure, effect.difference)}</TableCell>
      <TableCell numeric className="max-sm:hidden">
        {formatInterval(effect)}
      </TableCell>
      <TableCell className="sm:min-w-56">
        <EffectVerdict effect={effect} />
      </TableCell>
    </>
  )
}
