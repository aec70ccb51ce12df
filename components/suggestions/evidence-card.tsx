'use client'

import type { EvidenceFigure, EvidenceSeries } from '#server/contracts/findings.ts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { formatClock, formatCount } from '../ui/format.ts'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { formatFigure } from './words.ts'

/** The figures it stands on, each with its interval and the sample it was made of, and the charts. */
export function EvidenceCard({
  evidence,
  series,
}: {
  evidence: readonly EvidenceFigure[]
  series: readonly EvidenceSeries[]
}) {
  return (
    <Card aria-labelledby="evidence">
      <CardHeader id="evidence" title="Evidence" note="Intervals hold the true value in 95 of 100 cases." />
      <CardContent className="p-0">
        <ScrollArea label="Evidence">
          <Table aria-label="Evidence" className="sm:min-w-140">
            <TableHeader>
              <TableRow>
                <TableHead>Figure</TableHead>
                <TableHead numeric>Value</TableHead>
                <TableHead numeric className="max-sm:hidden">
                  95 % interval
                </TableHead>
                <TableHead numeric className="max-sm:hidden">
                  Sample
                </TableHead>
                <TableHead className="max-sm:hidden">Against</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {evidence.map(figure => (
                <FigureRow key={figure.name} figure={figure} />
              ))}
            </TableBody>
          </Table>
        </ScrollArea>
        {series.length > 0 ? (
          <div className="grid gap-5 border-t p-4 md:grid-cols-2">
            {series.map(each => (
              <SeriesBars key={each.name} series={each} />
            ))}
          </div>
        ) : null}
      </CardContent>
    </Card>
  )
}

/** On a phone what stands in columns of their own stands under the name. */
function FigureRow({ figure }: { figure: EvidenceFigure }) {
  const { name, value, unit, sampleSize, low, high, comparedTo } = figure
  const interval =
    low === undefined || high === undefined ? 'counted' : `${formatFigure(low, unit)} to ${formatFigure(high, unit)}`
  const against = comparedTo ? `${comparedTo.name}: ${formatFigure(comparedTo.value, unit)}` : ''
  return (
    <TableRow>
      <TableCell>
        {name}
        <span className="num mt-1 grid gap-0.5 text-muted-foreground text-xs sm:hidden">
          <span>
            {interval}, sample {formatCount(sampleSize)}
          </span>
          {against === '' ? null : <span>{against}</span>}
        </span>
      </TableCell>
      <TableCell numeric>{formatFigure(value, unit)}</TableCell>
      <TableCell numeric className="max-sm:hidden">
        {interval}
      </TableCell>
      <TableCell numeric className="max-sm:hidden">
        {formatCount(sampleSize)}
      </TableCell>
      <TableCell className="max-sm:hidden">{against}</TableCell>
    </TableRow>
  )
}

function SeriesBars({ series: { name, unit, axis, axisName, points } }: { series: EvidenceSeries }) {
  const zone = useClockZone()
  const most = Math.max(...points.map(({ y }) => y), Number.MIN_VALUE)
  const labelOf = (x: string) => (axis === 'time' ? formatClock(new Date(x).getTime(), zone) : x)
  const peak = points.find(({ y }) => y === most)
  const [first, last] = [points[0], points.at(-1)]
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex justify-between gap-2 text-xs">
        <span className="font-medium">{name}</span>
        <span className="num text-muted-foreground">most {formatFigure(most, unit)}</span>
      </figcaption>
      <div
        role="img"
        aria-label={`${name} by ${axisName}: most ${formatFigure(most, unit)} at ${peak ? labelOf(peak.x) : 'none'}`}
        className="flex h-24 items-end gap-px border-b"
      >
        {points.map(({ x, y }) => (
          <div
            key={x}
            title={`${labelOf(x)}: ${formatFigure(y, unit)}`}
            className="min-w-0 flex-1 rounded-t-[1px]"
            style={{ height: `${Math.max(1, (y / most) * 100)}%`, background: 'var(--chart-1)' }}
          />
        ))}
      </div>
      <p className="num mt-1 flex justify-between text-2xs text-faint-foreground">
        <span>{first ? labelOf(first.x) : ''}</span>
        <span>{axisName}</span>
        <span>{last ? labelOf(last.x) : ''}</span>
      </p>
    </figure>
  )
}
