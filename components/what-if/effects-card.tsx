import type { Effect } from '#server/contracts/simulations.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { EffectCells, EffectHeads } from './effect-cells.tsx'
import { measureWords } from './words.ts'

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

/** Each measure in a row. */
export function EffectsTable({ effects }: { effects: readonly Effect[] }) {
  return (
    <ScrollArea label="Effects">
      <Table aria-label="Effects" className="sm:min-w-180">
        <TableHeader>
          <TableRow>
            <TableHead>Measure</TableHead>
            <EffectHeads />
          </TableRow>
        </TableHeader>
        <TableBody>
          {effects.map(effect => (
            <TableRow key={effect.measure}>
              <TableCell>{measureWords[effect.measure]}</TableCell>
              <EffectCells effect={effect} />
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollArea>
  )
}
