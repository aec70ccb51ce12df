'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { TypeRetryPolicy } from '#server/contracts/tasks.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatSetting, unknownValue } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { firstValues, type RetryFormValues, valuesOf } from './retry-form.ts'

const RetryDialog = onDemand(() => import('./retry-dialog.tsx').then(module => module.RetryDialog))

/** How tasks are tried again by their type; each change is saved at once. */
export function RetryPanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<RetryFormValues | null>(null)
  const { data } = useQuery(trpc.queues.policy.queryOptions())
  const { mutate, isPending, error, reset } = useMutation(
    trpc.queues.setPolicy.mutationOptions({
      onSuccess: saved => {
        queries.setQueryData(trpc.queues.policy.queryKey(), saved)
        notify.done('The retries are saved', { description: `The policy is version ${saved.version} now.` })
        setOpen(null)
      },
      onError: failure => {
        void queries.invalidateQueries({ queryKey: trpc.queues.policy.queryKey() })
        if (open === null) notify.failed('The retries were not changed', failure)
      },
    }),
  )
  if (!data) return null
  const { version, priorities, multipliers, retries } = data
  const save = (next: Record<string, TypeRetryPolicy>) => mutate({ version, priorities, multipliers, retries: next })
  const remove = (type: string) => save(Object.fromEntries(Object.entries(retries).filter(([each]) => each !== type)))
  const show = (values: RetryFormValues) => {
    reset()
    setOpen(values)
  }
  return (
    <>
      <h2 className="mt-6 mb-1 font-semibold text-base">Retries</h2>
      <p className="mb-3 max-w-3xl text-pretty text-muted-foreground">
        How tasks of a type are tried again. A type that stands here goes by this alone; all others go by the module
        that failed.
      </p>
      <Card>
        <CardHeader
          title="Retries by type"
          actions={
            <ActionButton size="sm" reason={refusal} onClick={() => show(firstValues)}>
              <Plus aria-hidden />
              Add
            </ActionButton>
          }
        />
        <CardContent className="p-0">
          {Object.keys(retries).length === 0 ? (
            <EmptyState title="Every type goes by its modules" />
          ) : (
            <Table aria-label="Retries by type">
              <TableHeader>
                <tr>
                  <TableHead>Type</TableHead>
                  <TableHead numeric>Attempts</TableHead>
                  <TableHead>Back-off</TableHead>
                  <TableHead numeric>Total limit</TableHead>
                  <TableHead>
                    <span className="sr-only">Change</span>
                  </TableHead>
                </tr>
              </TableHeader>
              <TableBody>
                {Object.entries(retries).map(([type, policy]) => (
                  <TableRow key={type}>
                    <TableCell className="font-mono text-xs">{type}</TableCell>
                    <TableCell numeric>{policy.maxAttempts}</TableCell>
                    <TableCell className="num">{backoffWords(policy)}</TableCell>
                    <TableCell numeric>
                      {policy.totalTimeoutMs === undefined ? unknownValue : formatSetting(policy.totalTimeoutMs)}
                    </TableCell>
                    <TableCell className="text-right">
                      <ActionButton
                        size="icon-sm"
                        variant="ghost"
                        reason={refusal}
                        aria-label={`Edit the retries of ${type}`}
                        onClick={() => show(valuesOf(type, policy))}
                      >
                        <Pencil aria-hidden />
                      </ActionButton>
                      <ActionButton
                        size="icon-sm"
                        variant="ghost"
                        reason={refusal}
                        pending={isPending}
                        aria-label={`Let ${type} go by its modules`}
                        onClick={() => remove(type)}
                      >
                        <Trash2 aria-hidden />
                      </ActionButton>
                    </TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          )}
        </CardContent>
      </Card>
      {open ? (
        <RetryDialog
          values={open}
          error={error}
          pending={isPending}
          onSave={({ type, policy }) => save({ ...retries, [type]: policy })}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  )
}

function backoffWords({ backoff, baseMs, factor, capMs }: TypeRetryPolicy): string {
  const growth = backoff === 'exponential' ? `× ${factor}` : `+ ${formatSetting(baseMs)}`
  return `${formatSetting(baseMs)} ${growth}, at most ${formatSetting(capMs)}`
}
