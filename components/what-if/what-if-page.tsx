'use client'

import { useQuery } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { RunCard } from './run-card.tsx'
import { RunList } from './run-list.tsx'
import { useWhatIfSearch } from './use-what-if-search.ts'

const listMs = 5_000

/** It checks as the server does, by schemas that the page need not wait for. */
const ChangeForm = onDemand(() => import('./change-form.tsx').then(module => module.ChangeForm), {
  placeholder: FormPlaceholder,
})

function FormPlaceholder() {
  return (
    <Card aria-labelledby="change" aria-busy>
      <CardHeader id="change" title="Try a change" note="Nothing is applied." />
      <SkeletonRows rows={5} />
    </Card>
  )
}

/** What a change would have done to recorded traffic, and how far that can be trusted. */
export function WhatIfPage() {
  const trpc = useTRPC()
  const [search] = useWhatIfSearch()
  const { data, error, refetch } = useQuery({
    ...trpc.simulations.list.queryOptions({ limit: 20 }),
    refetchInterval: listMs,
  })
  const shown = search.run || data?.items[0]?.id
  return (
    <>
      <PageHeader
        title="What if?"
        description="Replays recorded traffic through the engine itself: first as it is configured now, then with a change."
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <ChangeForm />
          {data && data.items.length > 0 ? <RunList items={data.items} shown={shown ?? ''} /> : null}
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          {shown ? (
            <RunCard key={shown} id={shown} />
          ) : (
            <Card>
              {data ? (
                <EmptyState icon={FlaskConical} title="Nothing was tried yet">
                  Choose a setting and a value. It takes 20 recorded tasks or more in the window; the more, the surer
                  the answer.
                </EmptyState>
              ) : error ? (
                <ErrorState title="The simulations could not be loaded" error={error} onRetry={() => void refetch()} />
              ) : (
                <SkeletonRows rows={8} />
              )}
            </Card>
          )}
        </div>
      </div>
    </>
  )
}
