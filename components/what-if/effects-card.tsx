import type { Effect } from '#server/contracts/simulations.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { EffectVerdict } from './effect-verdict.tsx'
import { formatDifference, formatInterval, formatMeasure, measureWords } from './words.ts'

/** What the change does to all tasks together, measure by measure. */
export function EffectsCard({ effects }: { effects: readonly Effect[] }) {
  const claims = effects.filter(({ claim }) => claim !== 'none')
  return (
    <Card aria-labelledby="effects">
      <CardHeader
        id="effects"
        title="What the change does"
        note={
          claims.length === 0
            ? 'Nothing that can be told from chance or from the simulation’s own error.'
            : 'Both sides simulated, with the same arrivals; differences with their 95 % intervals.'
        }
      />
      <CardContent className="p-0">
        <EffectsTable effects={effects} />
      </CardContent>
    </Card>
  )
}

/** Each measure on both sides, with the interval of its difference and what may be claimed of it; phones show the difference and the claim. */
export function EffectsTable({ effects }: { effects: readonly Effect[] }) {
  return (
    <ScrollArea label="Effects">
      <Table aria-label="Effects" className="sm:min-w-200">
        <TableHeader>
          <TableRow>
            <TableHead>Measure</TableHead>
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
          </TableRow>
        </TableHeader>
        <TableBody>
          {effects.map(effect => (
            <TableRow key={effect.measure}>
              <TableCell>{measureWords[effect.measure]}</TableCell>
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
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollArea>
  )
}
