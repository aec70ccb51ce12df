'use client'

import { Check, X } from 'lucide-react'
import type { MeasuredEffect, Verdict } from '#server/contracts/suggestions.ts'
import { BeforeAfterChart } from '../charts/time-charts.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { formatCount, formatPercent } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { effectName, formatChange, formatFigure } from './words.ts'

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
            Of the tasks since, {formatPercent(matchedShare)} have a counterpart before, of the same type at the same
            hour; those before are weighted to the mix of those since.{readWords(verdict)}
          </p>
        ) : null}
      </CardContent>
    </Card>
  )
}

/** Of very many tasks a sample is read. */
function readWords({ readShares }: Verdict): string {
  if (!readShares || Math.min(readShares.before, readShares.after) >= 1) return ''
  const { before, after } = readShares
  return ` There were more: ${formatPercent(before)} of those before and ${formatPercent(after)} of those since were read, drawn evenly.`
}

function Effects({ effects }: { effects: readonly MeasuredEffect[] }) {
  return (
    <ScrollArea label="Measured effects">
      <Table aria-label="Measured effects" className="min-w-160">
        <TableHeader>
          <TableRow>
            <TableHead>Measure</TableHead>
            <TableHead numeric>Before</TableHead>
            <TableHead numeric>Since</TableHead>
            <TableHead numeric>Difference, 95 % interval</TableHead>
            <TableHead numeric>Told from</TableHead>
            <TableHead>Found</TableHead>
            <TableHead>Prediction</TableHead>
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
  const { unit, before, after, low, high, samplesBefore, samplesAfter, found, predicted } = effect
  return (
    <TableRow>
      <TableCell>{effectName(effect)}</TableCell>
      <TableCell numeric>{formatFigure(before, unit)}</TableCell>
      <TableCell numeric>{formatFigure(after, unit)}</TableCell>
      <TableCell numeric>
        {formatChange(low, unit)} to {formatChange(high, unit)}
      </TableCell>
      <TableCell numeric>
        {formatCount(samplesBefore)} / {formatCount(samplesAfter)} {isOfTime(effect) ? 'minutes' : 'tasks'}
      </TableCell>
      <TableCell className={cn(found === 'better' && 'text-ok-text', found === 'worse' && 'font-medium text-bad-text')}>
        {foundWords[found]}
      </TableCell>
      <TableCell>
        {predicted === null ? null : (
          <span className="num inline-flex items-center gap-1">
            {predicted.isHeld ? (
              <Check aria-label="held" className="size-3.5 text-ok-text" />
            ) : (
              <X aria-label="did not hold" className="size-3.5 text-bad-text" />
            )}
            {formatFigure(predicted.low, unit)} to {formatFigure(predicted.high, unit)}
          </span>
        )}
      </TableCell>
    </TableRow>
  )
}
