'use client'

import { TypeFilter } from '../data/type-filter.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx'
import { ServicesPanel } from './services-panel.tsx'
import { type LearningTab, type LearningWindow, learningWindows, useLearningSearch } from './use-learning-search.ts'

const placeholder = () => <Skeleton className="h-72" />
const RulesPanel = onDemand(() => import('./rules-panel.tsx').then(module => module.RulesPanel), { placeholder })
const PatternsPanel = onDemand(() => import('./patterns-panel.tsx').then(module => module.PatternsPanel), {
  placeholder,
})
const MemoryPanel = onDemand(() => import('./memory-panel.tsx').then(module => module.MemoryPanel), { placeholder })
const ChoicePanel = onDemand(() => import('./choice-panel.tsx').then(module => module.ChoicePanel), { placeholder })

const windowNames: Record<LearningWindow, string> = {
  '1': 'Last hour',
  '6': 'Last 6 hours',
  '24': 'Last 24 hours',
  '168': 'Last 7 days',
  '720': 'Last 30 days',
}

/** What was learned of services, what rules cost, what goes with failure, what is remembered, and how services are chosen. */
export function LearningPage() {
  const { search, setSearch } = useLearningSearch()
  const hasFilters = search.tab !== 'memory' && search.tab !== 'choice'
  return (
    <>
      <PageHeader
        title="Learning"
        description="Which service does which task best, how sure that is, and what choosing by it costs."
      />
      <Tabs value={search.tab} onValueChange={tab => void setSearch({ tab: tab as LearningTab })}>
        <TabsList aria-label="Learning">
          <TabsTrigger value="services">Services</TabsTrigger>
          <TabsTrigger value="rules">Cost of rules</TabsTrigger>
          <TabsTrigger value="patterns">Patterns</TabsTrigger>
          <TabsTrigger value="memory">Memory</TabsTrigger>
          <TabsTrigger value="choice">Choice</TabsTrigger>
        </TabsList>
        {hasFilters ? (
          <div className="flex flex-wrap gap-2 pt-4">
            <TypeFilter value={search.type} onChange={type => void setSearch({ type })} className="w-48" />
            <Select
              aria-label="Window"
              value={search.hours}
              onValueChange={hours => void setSearch({ hours })}
              options={learningWindows.map(value => ({ value, label: windowNames[value] }))}
              className="w-40"
            />
          </div>
        ) : null}
        <TabsContent value="services">
          <ServicesPanel />
        </TabsContent>
        <TabsContent value="rules">
          <RulesPanel />
        </TabsContent>
        <TabsContent value="patterns">
          <PatternsPanel />
        </TabsContent>
        <TabsContent value="memory">
          <MemoryPanel />
        </TabsContent>
        <TabsContent value="choice">
          <ChoicePanel />
        </TabsContent>
      </Tabs>
    </>
  )
}
