'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import type { SimulationView } from '#server/contracts/simulations.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { formatPercent } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { Moment } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { DistributionsCard } from './distributions-card.tsx'
import { EffectsCard } from './effects-card.tsx'
import { FidelityCard } from './fidelity-card.tsx'
import { GroupsCard } from './groups-card.tsx'
import { ProposeButton } from './propose-button.tsx'
import { titleOf } from './run-title.ts'

const pollMs = 1_000

/** One simulation: how far it is, or what it found. */
export function RunCard({ id }: { id: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery({
    ...trpc.simulations.get.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data?.finishedAt == null ? pollMs : false),
  })
  if (!data) {
    return (
      <Card>
        {error ? (
          <ErrorState title="The simulation could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={8} />
        )}
      </Card>
    )
  }
  return (
    <>
      <RunHeader view={data} />
      {data.result ? (
        <>
          <FidelityCard result={data.result} />
          <EffectsCard effects={data.result.effects} />
          <DistributionsCard distributions={data.result.distributions} />
          <GroupsCard groups={data.result.groups} />
        </>
      ) : null}
    </>
  )
}

function RunHeader({ view }: { view: SimulationView }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const cancel = useMutation(
    trpc.simulations.cancel.mutationOptions({
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.simulations.pathKey() }),
    }),
  )
  const isLive = view.finishedAt === null
  return (
    <Card aria-labelledby="run">
      <CardHeader
        id="run"
        className="flex-wrap [&>h2]:shrink [&>h2]:wrap-anywhere"
        title={titleOf(view)}
        note={
          <>
            {view.requestedBy}, <Moment at={view.createdAt} full />
          </>
        }
        actions={
          isLive ? (
            <ActionButton reason={refusal} pending={cancel.isPending} onClick={() => cancel.mutate({ id: view.id })}>
              <Ban aria-hidden />
              Cancel
            </ActionButton>
          ) : (
            <ProposeButton view={view} />
          )
        }
      />
      <CardContent className="grid gap-3">
        <p role="status" className="text-sm">
          {statusWords(view)}
        </p>
        {isLive ? <Meter label="Simulated" value={view.progress} valueText={formatPercent(view.progress)} /> : null}
        <ErrorLine error={cancel.error} />
      </CardContent>
    </Card>
  )
}

function statusWords({ status, error, progress, result }: SimulationView): string {
  switch (status) {
    case 'queued':
      return 'Waits for its turn.'
    case 'running':
      return `Simulating, ${formatPercent(progress)} done.`
    case 'cancelled':
      return 'It was cancelled.'
    case 'failed':
      return error?.message ?? 'It failed.'
    case 'succeeded': {
      const claims = result?.effects.filter(({ claim }) => claim !== 'none') ?? []
      const better = claims.filter(({ claim }) => claim === 'better').length
      if (claims.length === 0) return 'No difference can be told from chance or from the simulation’s own error.'
      return `${better} of ${result?.effects.length ?? 0} measures get better, ${claims.length - better} get worse.`
    }
  }
}
