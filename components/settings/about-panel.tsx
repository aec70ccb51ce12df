'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useViewer } from '../data/viewer.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatDuration } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'

const ChangePasswordDialog = onDemand(() =>
  import('./change-password-dialog.tsx').then(module => module.ChangePasswordDialog),
)

const refreshMs = 5_000

/** What runs here, and who is looking. */
export function AboutPanel() {
  const trpc = useTRPC()
  const viewer = useViewer()
  const [changing, setChanging] = useState(false)
  const { data, error, refetch } = useQuery(
    trpc.stats.status.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <div className="grid items-start gap-4 md:grid-cols-2">
      <Card>
        <CardHeader title="This installation" />
        {data ? (
          <CardContent>
            <DefinitionList
              className="num"
              items={[
                { term: 'State', value: <StatusText of="health" status={data.healthy ? 'healthy' : 'degraded'} /> },
                { term: 'Version', value: data.version },
                { term: 'Preset', value: data.preset },
                { term: 'Replica', value: <IdText id={data.replicaId} /> },
                { term: 'Running for', value: formatDuration(data.uptimeMs) },
                {
                  term: 'Modules',
                  value: `${formatCount(data.enabledModules)} of ${formatCount(data.modules)} enabled`,
                },
                {
                  term: 'Tasks',
                  value: `${formatCount(data.runningTasks)} running, ${formatCount(data.waitingTasks)} waiting`,
                },
              ]}
            />
          </CardContent>
        ) : error ? (
          <ErrorState title="The state could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </Card>
      <Card>
        <CardHeader
          title="You"
          actions={
            viewer.kind === 'person' ? (
              <Button size="sm" onClick={() => setChanging(true)}>
                Change password
              </Button>
            ) : null
          }
        />
        <CardContent>
          <DefinitionList
            items={[
              { term: 'Name', value: viewer.name },
              { term: 'Email', value: viewer.email ?? '–' },
              { term: 'Role', value: viewer.role ?? 'service' },
              { term: 'Tenant', value: viewer.tenantId },
            ]}
          />
        </CardContent>
      </Card>
      {changing ? <ChangePasswordDialog onClose={() => setChanging(false)} /> : null}
    </div>
  )
}
