'use client'

import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { JobCard } from './job-card.tsx'

const everyMs = 4_000

/** The newest jobs on many letters. */
export function JobListing() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.deadLetters.jobs.queryOptions({ limit: 50 }, { refetchInterval: useLiveInterval(everyMs) }),
  )
  if (!data) {
    return (
      <Card>
        {error ? (
          <ErrorState title="The jobs could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </Card>
    )
  }
  return (
    <>
      <StaleLine error={error} />
      {data.items.length === 0 ? (
        <Card>
          <EmptyState icon={RotateCw} title="No job yet">
            Reprocess or discard several letters at once: the job that does it appears here, with its progress, its
            trial, and what became of the new tasks.
          </EmptyState>
        </Card>
      ) : (
        <div className="grid gap-3">
          {data.items.map(job => (
            <JobCard key={job.id} job={job} />
          ))}
        </div>
      )}
    </>
  )
}
