'use client'

import { useQuery } from '@tanstack/react-query'
import { Lightbulb } from 'lucide-react'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { describeError } from '../ui/describe-error.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { ChangeCard } from './change-card.tsx'
import { DecisionActions } from './decision-actions.tsx'
import { FactsCard } from './facts-card.tsx'
import { HistoryCard } from './history-card.tsx'
import { StateBanner } from './state-banner.tsx'
import { useSuggestionEvents } from './use-suggestion-events.ts'

const EvidenceCard = onDemand(() => import('./evidence-card.tsx').then(module => module.EvidenceCard))
const PredictionCard = onDemand(() => import('./prediction-card.tsx').then(module => module.PredictionCard))
const VerdictCard = onDemand(() => import('./verdict-card.tsx').then(module => module.VerdictCard))

const everyMs = 5_000

/** One suggestion: what it stands on, what it would change, who decided what, and what became of it. */
export function SuggestionPage({ id }: { id: string }) {
  const trpc = useTRPC()
  useSuggestionEvents()
  const { data, error, refetch } = useQuery(
    trpc.suggestions.get.queryOptions({ id }, { refetchInterval: useLiveInterval(everyMs) }),
  )
  if (data) {
    return (
      <>
        <StaleLine error={error} />
        <Suggestion suggestion={data} />
      </>
    )
  }
  return (
    <>
      <PageHeader title="Suggestion" trail={[{ href: '/suggestions', label: 'Suggestions' }]} />
      <Card>
        {describeError(error).code === 'SUGGESTION_NOT_FOUND' ? (
          <EmptyState
            icon={Lightbulb}
            title="There is no such suggestion"
            actions={<ButtonLink href="/suggestions">All suggestions</ButtonLink>}
          >
            The address is wrong.
          </EmptyState>
        ) : error ? (
          <ErrorState title="The suggestion could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={8} />
        )}
      </Card>
    </>
  )
}

function Suggestion({ suggestion }: { suggestion: SuggestionView }) {
  const { title, priority, state, evidence, series } = suggestion
  const verdict = state.status === 'judged' || state.status === 'reverted' ? state.verdict : null
  return (
    <>
      <PageHeader
        title={<span className="whitespace-normal">{title}</span>}
        trail={[{ href: '/suggestions', label: 'Suggestions' }]}
        badges={
          <>
            <StatusBadge of="suggestion" status={state.status} />
            <StatusBadge of="urgency" status={priority} />
            {verdict ? <StatusBadge of="verdict" status={verdict.outcome} /> : null}
          </>
        }
        actions={<DecisionActions suggestion={suggestion} />}
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <StateBanner suggestion={suggestion} />
          {verdict ? <VerdictCard verdict={verdict} /> : null}
          <ChangeCard suggestion={suggestion} />
          <PredictionCard suggestion={suggestion} />
          {evidence.length + series.length > 0 ? <EvidenceCard evidence={evidence} series={series} /> : null}
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <FactsCard suggestion={suggestion} />
          <HistoryCard history={suggestion.history} />
        </div>
      </div>
    </>
  )
}
