'use client'

import { useQuery } from '@tanstack/react-query'
import { FileDown } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { suggestionPriorities } from '#server/contracts/suggestion-words.ts'
import type { SuggestionStats } from '#server/contracts/suggestions.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { ListFooter } from '../ui/list-footer.tsx'
import { notify } from '../ui/notify.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { statusLook } from '../ui/status.ts'
import { AnalyzeButton } from './analyze-button.tsx'
import { LastAnalysis, NoSuggestions } from './last-analysis.tsx'
import { saveText } from './save-text.ts'
import { SuggestionRow } from './suggestion-row.tsx'
import { namesOf } from './use-analyzer-names.ts'
import { useSuggestionEvents } from './use-suggestion-events.ts'
import { statusesOf, useSuggestionList } from './use-suggestion-list.ts'
import { type InboxView, inboxViews, useSuggestionsSearch } from './use-suggestions-search.ts'
import { analyzerName, originName } from './words.ts'

const statsMs = 20_000

const viewNames: Record<InboxView, { label: string; meaning: string }> = {
  waiting: { label: 'To decide', meaning: 'Open, or with an approval that is void or ran out.' },
  approved: { label: 'To apply', meaning: 'Approved by somebody, not applied yet.' },
  snoozed: { label: 'Snoozed', meaning: 'Put off until later.' },
  applied: { label: 'Applied', meaning: 'In force: being watched, or judged.' },
  closed: { label: 'Closed', meaning: 'Rejected or reverted.' },
}

/** What could be better: found by analyzers or proposed by hand, for people to decide. */
export function SuggestionsPage() {
  const trpc = useTRPC()
  const router = useRouter()
  const { search } = useSuggestionsSearch()
  useSuggestionEvents()
  const { data: stats } = useQuery(
    trpc.suggestions.stats.queryOptions(undefined, { refetchInterval: useLiveInterval(statsMs) }),
  )
  const names = namesOf(stats?.analyzers ?? [])
  const list = useSuggestionList(search)
  const suggestions = list.suggestions ?? []
  const { active } = useListKeys({
    count: suggestions.length,
    onOpen: index => {
      const suggestion = suggestions[index]
      if (suggestion) router.push(`/suggestions/${suggestion.id}`)
    },
  })
  return (
    <>
      <PageHeader
        title="Suggestions"
        description="Found in what was recorded, or proposed by hand. Nothing is applied unless a person approves it."
        actions={
          <>
            <ReportButton />
            <AnalyzeButton />
          </>
        }
      />
      <InboxFilters stats={stats} />
      {list.suggestions ? <StaleLine error={list.error} /> : null}
      <Card className="overflow-clip">
        {!list.suggestions ? (
          list.error ? (
            <ErrorState title="The suggestions could not be loaded" error={list.error} onRetry={list.retry} />
          ) : (
            <SkeletonRows rows={6} />
          )
        ) : suggestions.length > 0 ? (
          <>
            <ul aria-label="Suggestions" className="divide-y">
              {suggestions.map((suggestion, index) => (
                <SuggestionRow
                  key={suggestion.id}
                  suggestion={suggestion}
                  from={originName(suggestion.origin, names)}
                  index={index}
                  isActive={index === active}
                />
              ))}
            </ul>
            <ListFooter list={list} count={suggestions.length} noun="suggestion" />
          </>
        ) : (
          <NoSuggestions stats={stats} />
        )}
      </Card>
      <LastAnalysis stats={stats} />
    </>
  )
}

function InboxFilters({ stats }: { stats: SuggestionStats | undefined }) {
  const { search, setSearch, isFiltered, clear } = useSuggestionsSearch()
  const names = new Set([...Object.keys(stats?.byAnalyzer ?? {}), ...(stats?.analyzers ?? []).map(({ id }) => id)])
  if (search.analyzer !== '') names.add(search.analyzer)
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <FilterSelect
          label="Priority"
          anyLabel="Every priority"
          value={search.priority}
          onValueChange={priority => void setSearch({ priority })}
          options={suggestionPriorities
            .toReversed()
            .map(value => ({ value, label: statusLook('urgency', value).label }))}
        />
        <FilterSelect
          label="Found by"
          anyLabel="From anybody"
          value={search.analyzer || null}
          onValueChange={analyzer => void setSearch({ analyzer })}
          options={[...names].sort().map(value => ({
            value,
            label: stats?.analyzers.find(({ id }) => id === value)?.name ?? analyzerName(value),
          }))}
          className="w-56"
        />
        <ClearFilters isFiltered={isFiltered} onClear={clear} />
      </div>
      <FilterChips
        label="State"
        chips={inboxViews.map(view => ({
          key: view,
          ...viewNames[view],
          ...(stats ? { count: statusesOf[view].reduce((sum, status) => sum + stats.byStatus[status], 0) } : {}),
          chosen: search.view === view,
          onToggle: () => void setSearch({ view }),
        }))}
      />
    </div>
  )
}

function ReportButton() {
  const client = useTRPCClient()
  const save = async () => {
    try {
      const { markdown } = await client.suggestions.report.query({})
      saveText('suggestions.md', markdown)
    } catch (error) {
      notify.failed('The report could not be written', error)
    }
  }
  return (
    <Button onClick={() => void save()}>
      <FileDown aria-hidden />
      Report
    </Button>
  )
}
