'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { type FlagName, flagCatalog, flagNames, isPlanned, plannedRefusal } from '#server/contracts/settings.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Switch } from '../ui/switch.tsx'

/** Behaviour of the whole installation that an administrator turns on and off. */
export function FlagsPanel() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.settings.flags.queryOptions())
  return (
    <Card className="max-w-3xl">
      <CardHeader title="Flags" note={data ? `version ${data.version}, for all tenants` : null} />
      {data ? (
        <CardContent className="grid gap-4">
          {flagNames.map(name => (
            <FlagRow key={name} name={name} isOn={data.flags[name]} version={data.version} />
          ))}
        </CardContent>
      ) : error ? (
        <ErrorState title="The flags could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={flagNames.length} />
      )}
    </Card>
  )
}

function FlagRow({ name, isOn, version }: { name: FlagName; isOn: boolean; version: number }) {
  const id = useId()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const notAdmin = useRefusal('admin')
  const refusal = isPlanned(name) ? `It ${plannedRefusal}.` : notAdmin
  const { mutate, isPending } = useMutation(
    trpc.settings.setFlags.mutationOptions({
      onSuccess: saved => {
        queries.setQueryData(trpc.settings.flags.queryKey(), saved)
        notify.done(`${name} is ${saved.flags[name] ? 'on' : 'off'}`, {
          description: 'Every replica follows within seconds.',
        })
      },
      onError: failure => {
        notify.failed(`${name} could not be changed`, failure)
        void queries.invalidateQueries({ queryKey: trpc.settings.flags.queryKey() })
      },
    }),
  )
  return (
    <div className="flex items-start gap-3">
      <Switch
        id={id}
        checked={isOn}
        disabled={refusal !== null || isPending}
        aria-describedby={`${id}-meaning`}
        className="mt-0.5"
        onCheckedChange={next => mutate({ version, flags: { [name]: next } })}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium font-mono text-xs">
          {name}
        </label>{' '}
        <Badge>{flagCatalog[name].phase}</Badge>
        <p id={`${id}-meaning`} className="text-pretty text-muted-foreground">
          {flagCatalog[name].meaning}
          {refusal ? ` ${refusal}` : ''}
        </p>
      </div>
    </div>
  )
}
