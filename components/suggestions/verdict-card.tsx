'use client'

import { Check, X } from 'lucide-react'
import type { MeasuredEffect, Verdict } from '#server/contracts/suggestions.ts'
import { BeforeAfterChart } from '../charts/time-charts.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { formatCount } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { comparedWords, decidingWords, effectName, formatChange, formatFigure } from './words.ts'

/** What became of it: tasks since, compared with tasks before of the same types at the same hours. */
export function VerdictCard({ verdict }: { verdict: Verdict }) {
  const { outcome, words, effects, points, windows, basis, by, at, matchedShare } = verdict
  const hasPoints = points.some(({ latencyMs }) => latencyMs !== null)
  return (
    <Card aria-labelledby="verdict">
      <CardHeader
        id="verdict"
        title="What became of it"
        note={
          <>
            {basis === 'reported' ? `Reported by ${by.name}, ` : 'Measured, '}
            <RelativeTime at={at} />
          </>
        }
        actions={<StatusBadge of="verdict" status={outcome} />}
      />
      <CardContent className="grid gap-4">
        <p>{words}</p>
        {effects.length > 0 ? <Effects effects={effects} /> : null}
        {hasPoints && windows !== null ? (
          <figure>
            <figcaption className="mb-1 text-muted-foreground text-xs">
              Accepted to done, mean of each stretch of time
            </figcaption>
            <BeforeAfterChart points={points} windows={windows} />
          </figure>
        ) : null}
        {effects.length > 0 && matchedShare !== null ? (
          <p className="text-faint-foreground text-xs">
            {comparedWords(verdict)} {decidingWords(effects)}
          </p>
        ) : null}
      </CardContent>
    </Card>
  )
}

function Effects({ effects }: { effects: readonly MeasuredEffect[] }) {
  return (
    <ScrollArea label="Measured effects">
      <Table aria-label="Measured effects" className="sm:min-w-160">
        <TableHeader>
          <TableRow>
            <TableHead>Measure</TableHead>
            <TableHead numeric>Before</TableHead>
            <TableHead numeric>Since</TableHead>
            <TableHead numeric className="max-sm:hidden">
              Difference, 95 % interval
            </TableHead>
            <TableHead numeric className="max-sm:hidden">
              Told from
            </TableHead>
            <TableHead className="max-sm:hidden">Found</TableHead>
            <TableHead className="max-sm:hidden">Prediction</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {effects.map(effect => (
            <EffectRow key={effectName(effect)} effect={effect} />
          ))}
        </TableBody>
      </Table>
    </ScrollArea>
  )
}

const foundWords = { better: 'Better', worse: 'Worse', no_difference: 'No difference' } as const

/** Told of time, not of tasks. */
function isOfTime({ measure }: MeasuredEffect): boolean {
  return measure === 'wrongly_open_share'
}

function EffectRow({ effect }: { effect: MeasuredEffect }) {
  const { unit, before, after, low, high, samplesBefore, samplesAfter, found } = effect
  const difference = `${formatChange(low, unit)} to ${formatChange(high, unit)}`
  const told = `${formatCount(samplesBefore)} / ${formatCount(samplesAfter)} ${isOfTime(effect) ? 'minutes' : 'tasks'}`
  return (
    <TableRow>
      <TableCell>
        {effectName(effect)}
        <span className="num mt-1 grid gap-0.5 text-muted-foreground text-xs sm:hidden">
          <Found found={found} />
          <span>{difference}</span>
          <span>{told}</span>
          <Prediction effect={effect} />
        </span>
      </TableCell>
      <TableCell numeric>{formatFigure(before, unit)}</TableCell>
      <TableCell numeric>{formatFigure(after, unit)}</TableCell>
      <TableCell numeric className="max-sm:hidden">
        {difference}
      </TableCell>
      <TableCell numeric className="max-sm:hidden">
        {told}
      </TableCell>
      <TableCell className="max-sm:hidden">
        <Found found={found} />
      </TableCell>
      <TableCell className="max-sm:hidden">
        <Prediction effect={effect} />
      </TableCell>
    </TableRow>
  )
}

function Found({ found }: Pick<MeasuredEffect, 'found'>) {
  return (
    <span className={cn(found === 'better' && 'text-ok-text', found === 'worse' && 'font-medium text-bad-text')}>
      {foundWords[found]}
    </span>
  )
}

function Prediction({ effect: { predicted, unit } }: { effect: MeasuredEffect }) {
  if (predicted === null) return null
  const { low, high, isHeld } = predicted
  const Mark = isHeld ? Check : X
  return (
    <span className="num inline-flex items-center gap-1">
      <Mark
        aria-label={isHeld ? 'held' : 'did not hold'}
        className={cn('size-3.5 shrink-0', isHeld ? 'text-ok-text' : 'text-bad-text')}
      />
      <span>
        <span className="sm:hidden">predicted </span>
        {formatFigure(low, unit)} to {formatFigure(high, unit)}
      </span>
    </span>
  )
}
