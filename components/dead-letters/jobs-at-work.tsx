'use client'

import { useQuery } from '@tanstack/react-query'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useNow } from '../data/use-now.ts'
import { JobCard } from './job-card.tsx'

const everyMs = 2_000
/** A job that has ended stays in sight for so long. */
const lingerMs = 120_000
const shownAtMost = 4

/** The jobs that are under way or wait for a word, and those that ended just now; above the letters that they change. */
export function JobsAtWork() {
  const trpc = useTRPC()
  const now = useNow()
  const { data } = useQuery(
    trpc.deadLetters.jobs.queryOptions({ limit: 20 }, { refetchInterval: useLiveInterval(everyMs) }),
  )
  const jobs = (data?.items ?? [])
    .filter(({ endedAt }) => endedAt === null || now - Date.parse(endedAt) < lingerMs)
    .slice(0, shownAtMost)
  if (jobs.length === 0) return null
  return (
    <div className="mb-4 grid gap-3">
      {jobs.map(job => (
        <JobCard key={job.id} job={job} />
      ))}
    </div>
  )
}
