'use client'

import Link from 'next/link'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { formatDuration, formatPercent, plural } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { useAnalyzerNames } from './use-analyzer-names.ts'
import { originName } from './words.ts'

/** Where it comes from, and how far its author is to be believed. */
export function FactsCard({ suggestion }: { suggestion: SuggestionView }) {
  const { origin, subject, window, seenAt, confidence, adjustedConfidence, track } = suggestion
  const analyzerNames = useAnalyzerNames()
  return (
    <Card aria-labelledby="facts">
      <CardHeader id="facts" title="Where it comes from" />
      <CardContent className="text-sm">
        <DefinitionList
          items={[
            { term: 'From', value: originName(origin, analyzerNames) },
            ...(origin.kind === 'proposal' ? [{ term: 'Reason', value: origin.reason }] : []),
            ...(origin.kind === 'verdict'
              ? [
                  {
                    term: 'Takes back',
                    value: (
                      <Link href={`/suggestions/${origin.suggestionId}`} className="text-primary-text hover:underline">
                        the applied suggestion
                      </Link>
                    ),
                  },
                ]
              : []),
            { term: 'About', value: <Subject subject={subject} /> },
            ...(window
              ? [
                  {
                    term: 'Looked at',
                    value: (
                      <>
                        {formatDuration(Date.parse(window.to) - Date.parse(window.from))} up to{' '}
                        <RelativeTime at={window.to} />
                      </>
                    ),
                  },
                ]
              : []),
            { term: origin.kind === 'proposal' ? 'Proposed' : 'Last found', value: <RelativeTime at={seenAt} /> },
            ...(adjustedConfidence === null
              ? []
              : [{ term: 'Confidence', value: <span className="num">{formatPercent(adjustedConfidence)}</span> }]),
          ]}
        />
        {track && confidence !== null ? (
          <p className="num mt-3 text-muted-foreground text-xs">
            {track.predictions === 0
              ? `The analyzer says ${formatPercent(confidence)}; none of its predictions has been tested yet.`
              : `The analyzer says ${formatPercent(confidence)}. ${track.held} of ${plural(track.predictions, 'prediction')} held when tested, so its intervals are believed ${formatPercent(track.trust)}.`}
          </p>
        ) : null}
      </CardContent>
    </Card>
  )
}

function Subject({ subject: { kind, id, name } }: Pick<SuggestionView, 'subject'>) {
  if (kind === 'fleet') return name
  if (kind === 'type') return `Tasks of type ${name}`
  return (
    <Link href={`/modules/${id.split('/')[0]}`} className="text-primary-text hover:underline">
      {name}
    </Link>
  )
}
