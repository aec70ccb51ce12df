'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { StatusText } from '../ui/status-badge.tsx'

/** What the module needs and what needs it, each with its state. */
export function DependencyCard({ module: { dependsOn, requiredBy } }: { module: ModuleView }) {
  return (
    <Card>
      <CardHeader
        title="Dependencies"
        actions={
          <Link href="/modules?view=graph" prefetch={false} className="text-primary-text text-xs hover:underline">
            Graph
          </Link>
        }
      />
      <CardContent className="grid gap-3">
        <ModuleLinks title="Needs" ids={dependsOn} none="Nothing" />
        <ModuleLinks title="Needed by" ids={requiredBy} none="Nobody" />
      </CardContent>
    </Card>
  )
}

interface ModuleLinksProps {
  title: string
  ids: readonly string[]
  none: string
}

function ModuleLinks({ title, ids, none }: ModuleLinksProps) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.modules.list.queryOptions({}))
  return (
    <div>
      <h3 className="mb-1 text-faint-foreground text-xs">{title}</h3>
      {ids.length === 0 ? <p className="text-muted-foreground">{none}</p> : null}
      <ul className="grid gap-1">
        {ids.map(id => {
          const known = data?.items.find(module => module.id === id)
          return (
            <li key={id} className="flex min-h-6 items-center justify-between gap-3">
              <Link href={`/modules/${id}`} prefetch={false} className="truncate hover:underline" title={id}>
                {known?.name ?? id}
              </Link>
              {known ? (
                known.enabled ? (
                  <StatusText of="health" status={known.health} className="text-xs" />
                ) : (
                  <StatusText of="enablement" status="disabled" className="text-xs" />
                )
              ) : null}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
