'use client'

import { useQuery } from '@tanstack/react-query'
import { Brain } from 'lucide-react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { useLearningSearch } from './use-learning-search.ts'

const placeholder = () => <Skeleton className="h-64" />
const ServiceMap = onDemand(() => import('./service-map.tsx').then(module => module.ServiceMap), { placeholder })
const ServiceTable = onDemand(() => import('./service-table.tsx').then(module => module.ServiceTable), { placeholder })

const refreshMs = 15_000

/** Every service with what is known of it: as a map of services and types, and with all figures. */
export function ServicesPanel() {
  const trpc = useTRPC()
  const { query } = useLearningSearch()
  const { data, error, refetch } = useQuery(
    trpc.brain.performance.queryOptions(query, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  if (!data) {
    return (
      <Card>
        {error ? (
          <ErrorState title="What was learned could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={8} />
        )}
      </Card>
    )
  }
  if (data.services.length === 0) {
    return (
      <Card>
        <EmptyState icon={Brain} title="No service is known yet">
          A service is a module for one task type. Each shows up here with the first module that can run the type, and
          learns from every call that ends.
        </EmptyState>
      </Card>
    )
  }
  return (
    <div className="grid gap-4 *:min-w-0">
      <StaleLine error={error} />
      <Card>
        <CardHeader title="Services by task type" note="share of calls that succeeded, with how sure that is" />
        <ServiceMap services={data.services} />
      </Card>
      <Card>
        <CardHeader
          title="What is known"
          note={<span className="num">{plural(data.services.length, 'service')}</span>}
        />
        <ServiceTable services={data.services} />
        <CardFooter className="num">
          {data.since === null ? (
            'No call ended in the window, so nothing is said about trends.'
          ) : (
            <span>
              Trends stand on the newest {plural(data.calls, 'call')} of the window, the first{' '}
              <RelativeTime at={data.since} />. Everything else counts an outcome half after 1,000 later ones.
            </span>
          )}
        </CardFooter>
      </Card>
    </div>
  )
}
