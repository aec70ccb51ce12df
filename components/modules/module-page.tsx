'use client'

import { useQuery } from '@tanstack/react-query'
import { Boxes } from 'lucide-react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { describeError } from '../ui/describe-error.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { CapabilityCard } from './capability-card.tsx'
import { ConfigurationCard } from './configuration-card.tsx'
import { DependencyCard } from './dependency-card.tsx'
import { HealthAxesCard } from './health-axes-card.tsx'
import { InstanceCard } from './instance-card.tsx'
import { ModuleEvents } from './module-events.tsx'
import { ModuleFigures } from './module-figures.tsx'
import { ModuleHeader } from './module-header.tsx'
import { ModulePageSkeleton } from './module-page-skeleton.tsx'
import { ModuleTasks } from './module-tasks.tsx'
import { useModuleEvents } from './use-modules.ts'

const DeploymentCard = onDemand(() => import('./deployment-card.tsx').then(module => module.DeploymentCard), {
  placeholder: () => <Skeleton className="h-52 rounded-lg" />,
})

const refreshMs = 3_000
const trail = [{ href: '/modules', label: 'Modules' }]

/** One module: how it is, where it runs, what it can do, what it needs, how it is configured, and what it did lately. */
export function ModulePage({ id }: { id: string }) {
  const trpc = useTRPC()
  useModuleEvents()
  const { data, error, refetch } = useQuery(
    trpc.modules.get.queryOptions({ id }, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const isGone = describeError(error).code === 'MODULE_NOT_FOUND'
  if (isGone || (error && !data)) {
    return (
      <>
        <PageHeader title={id} trail={trail} />
        <Card>
          {isGone ? (
            <EmptyState
              icon={Boxes}
              title={`There is no module “${id}”`}
              actions={<ButtonLink href="/modules">All modules</ButtonLink>}
            >
              It was removed, or the address is wrong.
            </EmptyState>
          ) : (
            <ErrorState title="The module could not be loaded" error={error} onRetry={() => void refetch()} />
          )}
        </Card>
      </>
    )
  }
  if (!data) return <ModulePageSkeleton id={id} />
  return (
    <>
      <ModuleHeader module={data} />
      <StaleLine error={error} />
      <ModuleFigures module={data} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {data.deployment ? <DeploymentCard moduleId={id} deployment={data.deployment} /> : null}
          <InstanceCard module={data} />
          <HealthAxesCard module={data} />
          <ModuleTasks moduleId={id} />
          <ModuleEvents moduleId={id} />
        </div>
        <div className="grid min-w-0 gap-4">
          <DependencyCard module={data} />
          <ConfigurationCard module={data} />
          <CapabilityCard capabilities={data.capabilities} />
        </div>
      </div>
    </>
  )
}
