'use client'

import { Lightbulb } from 'lucide-react'
import type { SuggestionStats } from '#server/contracts/suggestions.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatPercent, plural } from '../ui/format.ts'
import { NoMatch } from '../ui/no-match.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { AnalyzeButton } from './analyze-button.tsx'
import { useSuggestionsSearch } from './use-suggestions-search.ts'
import { analyzerName } from './words.ts'

/** Nothing to show: whether anybody has looked, and what it takes for something to be found. */
export function NoSuggestions({ stats }: { stats: SuggestionStats | undefined }) {
  const { search, isFiltered, clear } = useSuggestionsSearch()
  if (isFiltered) return <NoMatch icon={Lightbulb} title="No suggestion matches" onClear={clear} />
  if (search.view !== 'waiting') {
    return (
      <EmptyState icon={Lightbulb} title="None of this kind">
        They come here as people decide.
      </EmptyState>
    )
  }
  if (!stats) return <EmptyState icon={Lightbulb} title="Nothing to decide" actions={<AnalyzeButton />} />
  const run = stats.lastRun
  return (
    <EmptyState
      icon={Lightbulb}
      title={run ? 'Nothing to decide' : 'Nothing was analyzed yet'}
      actions={<AnalyzeButton />}
    >
      {run ? (
        <>
          The last analysis, <RelativeTime at={run.at} />, looked at {plural(run.tasks, 'task')} of{' '}
          {plural(run.windowHours, 'hour')}. Analyzers stay silent when there is too little to go by.
        </>
      ) : (
        'Analyzers look for improvements in what was recorded. They need some hundred tasks and stay silent before that.'
      )}
    </EmptyState>
  )
}

/** When it was last analyzed, which analyzers had too little to go by, and how good each has been. */
export function LastAnalysis({ stats }: { stats: SuggestionStats | undefined }) {
  if (!stats || (stats.lastRun === null && Object.keys(stats.tracks).length === 0)) return null
  const { lastRun: run, tracks, everyHours, analyzers } = stats
  const nameOf = (id: string) => analyzers.find(analyzer => analyzer.id === id)?.name ?? analyzerName(id)
  return (
    <Card aria-labelledby="analysis" className="mt-4">
      <CardHeader
        id="analysis"
        title="Last analysis"
        note={everyHours === null ? 'Only when somebody asks.' : `Every ${plural(everyHours, 'hour')} by itself.`}
      />
      <CardContent className="grid gap-3 text-sm">
        {run ? (
          <p className="text-muted-foreground">
            <RelativeTime at={run.at} /> by {run.by.name}: {plural(run.tasks, 'task')} of{' '}
            {plural(run.windowHours, 'hour')}, {plural(run.findings, 'finding')}, {run.opened} new.
          </p>
        ) : null}
        {run && run.skipped.length > 0 ? (
          <details>
            <summary className="cursor-pointer text-muted-foreground text-xs">
              {plural(run.skipped.length, 'analyzer')} had too little to go by
            </summary>
            <dl className="mt-2 grid gap-1 text-xs">
              {run.skipped.map(({ analyzer, reason }) => (
                <div key={analyzer} className="grid gap-x-3 sm:grid-cols-[12rem_1fr]">
                  <dt className="font-medium">{nameOf(analyzer)}</dt>
                  <dd className="text-muted-foreground">{reason}</dd>
                </div>
              ))}
            </dl>
          </details>
        ) : null}
        {Object.entries(tracks).map(([analyzer, { predictions, held, trust }]) => (
          <p key={analyzer} className="num text-muted-foreground text-xs">
            {nameOf(analyzer)}: {held} of {plural(predictions, 'prediction')} held; its intervals are believed{' '}
            {formatPercent(trust)}.
          </p>
        ))}
      </CardContent>
    </Card>
  )
}
