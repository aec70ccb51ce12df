'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { Elapsed } from '../ui/relative-time.tsx'
import { StatusText } from '../ui/status-badge.tsx'

const refreshMs = 5_000
const rules = ['health-anomaly', 'latency-anomaly', 'health-trend'] as const

/** What is unusual for this fleet or on its way down, each with its evidence; nothing while nothing is. */
export function AnomalyCard() {
  const trpc = useTRPC()
  const { data } = useQuery(
    trpc.alerts.list.queryOptions(
      { rule: [...rules], state: ['open', 'acknowledged', 'silenced'], limit: 20 },
      { refetchInterval: useLiveInterval(refreshMs) },
    ),
  )
  if (!data || data.items.length === 0) return null
  return (
    <Card>
      <CardHeader title="Trends and anomalies" note="against the last hour" />
      <ul aria-label="Trends and anomalies" className="divide-y">
        {data.items.map(({ id, severity, title, detail, since }) => (
          <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2">
            <span className="min-w-0">
              <Link href={`/alerts?alert=${id}`} className="font-medium hover:underline">
                {title}
              </Link>
              <span className="block text-pretty text-muted-foreground text-xs">{detail}</span>
            </span>
            <span className="grid justify-items-end gap-0.5 text-xs">
              <StatusText of="severity" status={severity} />
              <Elapsed since={since} className="text-muted-foreground" />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
