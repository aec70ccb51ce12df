'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import type { ChoicePolicyView, ServiceGoal } from '#server/contracts/learning.ts'
import { useTRPC } from '../data/trpc.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { useRefusal } from '../data/viewer.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'
import { Select } from '../ui/select.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { goalMeanings, goalWords } from './words.ts'

const rates = [0, 0.01, 0.02, 0.05, 0.1] as const
const goals = Object.keys(goalWords) as ServiceGoal[]
/** Of a type that is not pinned; no module can be called so. */
const none = '*'

/** How services are chosen beside their scores: how often others are tried, what types are to be best in, which are pinned. */
export function ChoicePanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const { data, error, refetch } = useQuery(trpc.brain.policy.queryOptions())
  const { mutate, isPending } = useMutation(
    trpc.brain.setPolicy.mutationOptions({
      onSuccess: saved => {
        queries.setQueryData(trpc.brain.policy.queryKey(), saved)
        notify.done('The choice of services was changed', { description: 'Every replica follows within seconds.' })
      },
      onError: failure => {
        notify.failed('The choice of services could not be changed', failure)
        void queries.invalidateQueries({ queryKey: trpc.brain.policy.queryKey() })
      },
    }),
  )
  if (!data) {
    return (
      <Card className="max-w-3xl">
        {error ? (
          <ErrorState
            title="How services are chosen could not be loaded"
            error={error}
            onRetry={() => void refetch()}
          />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </Card>
    )
  }
  const editing = { policy: data, isLocked: refusal !== null || isPending, onChange: mutate }
  return (
    <div className="grid max-w-3xl gap-4 *:min-w-0">
      {refusal ? <p className="text-muted-foreground">{refusal}</p> : null}
      <ExplorationCard {...editing} />
      <TypesCard {...editing} />
    </div>
  )
}

interface Editing {
  policy: ChoicePolicyView
  isLocked: boolean
  onChange: (policy: ChoicePolicyView) => void
}

function ExplorationCard({ policy, isLocked, onChange }: Editing) {
  const id = useId()
  const known = rates.some(rate => rate === policy.explorationRate) ? rates : [...rates, policy.explorationRate]
  return (
    <Card>
      <CardHeader title="Exploration" note={`version ${policy.version}`} />
      <CardContent className="flex flex-wrap items-start gap-4">
        <Select
          aria-label="Exploration"
          aria-describedby={id}
          className="w-56"
          disabled={isLocked}
          value={String(policy.explorationRate)}
          onValueChange={rate => onChange({ ...policy, explorationRate: Number(rate) })}
          options={known.map(rate => ({
            value: String(rate),
            label: rate === 0 ? 'Off' : `${rate * 100} % of decisions`,
          }))}
        />
        <p id={id} className="min-w-0 flex-1 basis-72 text-pretty text-muted-foreground">
          So often another service than the best is tried, each alike. Without it a service that fell behind may never
          show that it is better now, and what rules cost cannot be told. Pinned tasks, pinned types and second tries
          are never explored with.
        </p>
      </CardContent>
    </Card>
  )
}

function TypesCard({ policy, isLocked, onChange }: Editing) {
  const modules = useFleetPulse()?.modules
  const offered = new Map<string, string[]>()
  for (const module of modules ?? []) {
    for (const { type } of module.capabilities) offered.set(type, [...(offered.get(type) ?? []), module.id])
  }
  for (const type of [...Object.keys(policy.pins), ...Object.keys(policy.goals)]) {
    if (!offered.has(type)) offered.set(type, [])
  }
  const types = [...offered].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return (
    <Card>
      <CardHeader title="Task types" note="what their services are to be best in, and pins" />
      {types.length === 0 ? (
        modules ? (
          <EmptyState title="No task type is known yet">
            Each type that a module registers can be given a goal, or be pinned to one of its modules.
          </EmptyState>
        ) : (
          <SkeletonRows rows={6} />
        )
      ) : (
        <Table aria-label="Goals and pins by task type">
          <TableHeader>
            <tr>
              <TableHead>Type</TableHead>
              <TableHead>
                <span className="flex gap-2">
                  <span className="sm:w-32">Goal</span> <span>Pinned to</span>
                </span>
              </TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {types.map(([type, ids]) => (
              <TypeRow key={type} type={type} moduleIds={ids} {...{ policy, isLocked, onChange }} />
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}

function TypeRow({ type, moduleIds, policy, isLocked, onChange }: Editing & { type: string; moduleIds: string[] }) {
  const pin = Object.hasOwn(policy.pins, type) ? policy.pins[type] : undefined
  const goal = (Object.hasOwn(policy.goals, type) ? policy.goals[type] : undefined) ?? 'balanced'
  const choices = pin !== undefined && !moduleIds.includes(pin) ? [...moduleIds, pin] : moduleIds
  return (
    <TableRow>
      <TableCell className="whitespace-nowrap">{type}</TableCell>
      <TableCell>
        <div className="flex gap-2 max-sm:flex-col">
          <Select
            aria-label={`Goal of ${type}`}
            title={goalMeanings[goal]}
            className="w-32 max-sm:w-full"
            disabled={isLocked}
            value={goal}
            onValueChange={next => {
              const { [type]: _, ...others } = policy.goals
              onChange({ ...policy, goals: next === 'balanced' ? others : { ...others, [type]: next } })
            }}
            options={goals.map(value => ({ value, label: goalWords[value] }))}
          />
          <Select
            aria-label={`Pin of ${type}`}
            className="w-48 max-sm:w-full"
            disabled={isLocked}
            value={pin ?? none}
            onValueChange={next => {
              const { [type]: _, ...others } = policy.pins
              onChange({ ...policy, pins: next === none ? others : { ...others, [type]: next } })
            }}
            options={[{ value: none, label: 'Not pinned' }, ...choices.map(value => ({ value, label: value }))]}
          />
        </div>
      </TableCell>
    </TableRow>
  )
}
