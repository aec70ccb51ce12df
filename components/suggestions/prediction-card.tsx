'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import Link from 'next/link'
import type { SimulationView } from '#server/contracts/simulations.ts'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatPercent } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { Distributions } from '../what-if/distributions-card.tsx'
import { EffectsTable } from '../what-if/effects-card.tsx'
import { verdictLooks } from '../what-if/words.ts'
import { effectName, formatFigure } from './words.ts'

const pollMs = 1_000

/** What it is expected to do: as the analyzer reckons, and as the engine itself shows when recorded traffic is replayed. */
export function PredictionCard({ suggestion }: { suggestion: SuggestionView }) {
  const { expected, simulationId, act, state } = suggestion
  const isApplied = state.status === 'applied' || state.status === 'judged' || state.status === 'reverted'
  return (
    <Card aria-labelledby="prediction">
      <CardHeader
        id="prediction"
        title={isApplied ? 'What it was expected to do' : 'What it is expected to do'}
        actions={act.change === null || isApplied ? null : <SimulateButton suggestion={suggestion} />}
      />
      <CardContent className="grid gap-4">
        {expected.length > 0 ? (
          <ul className="num grid gap-1 text-sm">
            {expected.map(effect => (
              <li key={effectName(effect)}>
                <span className="font-medium">{effectName(effect)}</span>: {formatFigure(effect.from, effect.unit)} →{' '}
                {formatFigure(effect.to, effect.unit)}{' '}
                <span className="text-muted-foreground">
                  (between {formatFigure(effect.low, effect.unit)} and {formatFigure(effect.high, effect.unit)}, as the
                  analyzer reckons)
                </span>
              </li>
            ))}
          </ul>
        ) : simulationId === null ? (
          <p className="text-muted-foreground text-sm">
            {isApplied ? 'Nobody has reckoned it.' : 'Nobody has reckoned what it does. A simulation can.'}
          </p>
        ) : null}
        {simulationId === null ? null : <Simulated id={simulationId} />}
      </CardContent>
    </Card>
  )
}

function SimulateButton({ suggestion: { id, simulationId } }: { suggestion: SuggestionView }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const { mutate, isPending, error } = useMutation(
    trpc.suggestions.simulate.mutationOptions({
      onSuccess: view => queries.setQueryData(trpc.suggestions.get.queryKey({ id }), view),
    }),
  )
  return (
    <>
      <ErrorLine error={error} />
      <ActionButton size="sm" reason={refusal} pending={isPending} onClick={() => mutate({ id, windowHours: 24 })}>
        <FlaskConical aria-hidden />
        {simulationId === null ? 'Simulate' : 'Simulate again'}
      </ActionButton>
    </>
  )
}

function Simulated({ id }: { id: string }) {
  const trpc = useTRPC()
  const { data, error } = useQuery({
    ...trpc.simulations.get.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data?.finishedAt == null ? pollMs : false),
  })
  if (!data) return <ErrorLine error={error} />
  if (data.finishedAt === null) {
    const done = formatPercent(data.progress)
    return (
      <div className="grid gap-1.5">
        <p className="num text-muted-foreground text-xs">
          {data.status === 'queued'
            ? 'The simulation waits for its turn.'
            : `Recorded traffic is replayed: ${done} done.`}
        </p>
        <Meter label="Simulated" value={data.progress} valueText={done} />
      </div>
    )
  }
  return (
    <div className="grid gap-3 not-first:border-t not-first:pt-3">
      <Fidelity view={data} />
      {data.result ? (
        <>
          <EffectsTable effects={data.result.effects} />
          <Distributions distributions={data.result.distributions} />
          <p className="text-xs">
            <Link href={`/what-if?run=${id}`} className="text-primary-text hover:underline">
              Who gains, who loses, and how far the replay can be trusted
            </Link>
          </p>
        </>
      ) : null}
    </div>
  )
}

function Fidelity({ view: { result, error, status } }: { view: SimulationView }) {
  if (!result) return <p className="text-sm">{error?.message ?? `The simulation was ${status}.`}</p>
  const { label, tone, meaning } = verdictLooks[result.fidelity.verdict]
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm">
      <Badge tone={tone}>
        Fidelity {formatPercent(result.fidelity.score)} · {label}
      </Badge>
      <span className="text-muted-foreground">
        {result.fidelity.verdict === 'weak' ? 'Not supported by fidelity: ' : ''}
        {meaning}
      </span>
    </p>
  )
}
