'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { LimitImpacts } from './limit-impacts.tsx'
import {
  differencesOf,
  draftOf,
  type PolicyDraft,
  type PolicyMap,
  policyOf,
  rebase,
  tenantLimitProblem,
  type VersionedPolicy,
} from './policy-edit.ts'
import { PolicyTable } from './policy-table.tsx'
import { RetryPanel } from './retry-panel.tsx'

const PolicyConflict = onDemand(() => import('./policy-conflict.tsx').then(module => module.PolicyConflict))

/** An edit under way, and the version it is made on. */
interface Edit {
  base: VersionedPolicy
  draft: PolicyDraft
}

/** What decides the priority and score of a new task by its type; operators edit it. */
export function PolicyPanel() {
  const trpc = useTRPC()
  const [edit, setEdit] = useState<Edit | null>(null)
  const { data, error, refetch } = useQuery(trpc.queues.policy.queryOptions())
  if (!data) {
    return (
      <Card>
        {error ? (
          <ErrorState title="The policy could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={12} />
        )}
      </Card>
    )
  }
  const draft = edit?.draft ?? draftOf(data)
  const change = (next: PolicyDraft) => setEdit({ base: edit?.base ?? data, draft: next })
  return (
    <>
      <p className="mb-3 max-w-3xl text-pretty text-muted-foreground">
        A task that names no priority gets the one of its type, or 5. Its score is the level of its priority times the
        multiplier of its type, or 1; work of a higher score goes first, until older work has waited long enough. A
        change holds for tasks that are accepted after it.
      </p>
      <PolicyTables maps={['priorities', 'multipliers']} draft={draft} onChange={change} />
      <h2 className="mt-6 mb-1 font-semibold text-base">Limits</h2>
      <p className="mb-3 max-w-3xl text-pretty text-muted-foreground">
        How many calls may be in flight at once, and how many tasks of a type the queue takes. Work that a limit holds
        back keeps its place; work beyond a cap is refused with the time after which to try again, the least urgent
        first.
      </p>
      <TenantLimit value={draft.tenantLimit} onChange={tenantLimit => change({ ...draft, tenantLimit })} />
      <PolicyTables maps={['typeLimits', 'moduleLimits', 'typeCaps']} draft={draft} onChange={change} />
      <RetryPanel />
      {edit ? <SaveBar edit={edit} onDone={() => setEdit(null)} /> : null}
    </>
  )
}

function PolicyTables({
  maps,
  draft,
  onChange,
}: {
  maps: readonly PolicyMap[]
  draft: PolicyDraft
  onChange: (draft: PolicyDraft) => void
}) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      {maps.map(map => (
        <PolicyTable key={map} map={map} rows={draft[map]} onChange={rows => onChange({ ...draft, [map]: rows })} />
      ))}
    </div>
  )
}

/** The limit of everything together; empty is none. */
function TenantLimit({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const refusal = useRefusal('operator')
  return (
    <div className="mb-4 max-w-3xs">
      <Field label="Calls at once, all together" optional error={tenantLimitProblem(value) ?? undefined}>
        {control => (
          <Input
            {...control}
            value={value}
            inputMode="numeric"
            placeholder="no limit"
            disabled={refusal !== null}
            className="num"
            onChange={event => onChange(event.target.value)}
          />
        )}
      </Field>
    </div>
  )
}

/** What is changed, and the ways out: save, drop, or settle it with somebody else's change. */
function SaveBar({ edit: { base, draft }, onDone }: { edit: Edit; onDone: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const [present, setPresent] = useState<VersionedPolicy | null>(null)
  const mine = policyOf(draft)
  const changes = mine ? differencesOf(base, mine).length : null
  const { mutate, error, isPending } = useMutation(
    trpc.queues.setPolicy.mutationOptions({
      onSuccess: saved => {
        queries.setQueryData(trpc.queues.policy.queryKey(), saved)
        notify.done('The policy is saved', { description: `It is version ${saved.version} now.` })
        onDone()
      },
      onError: async failure => {
        if (describeError(failure).code !== 'VERSION_CONFLICT') return
        setPresent(await queries.fetchQuery(trpc.queues.policy.queryOptions(undefined, { staleTime: 0 })))
      },
    }),
  )
  const nothing = changes === 0 ? 'Nothing is changed.' : null
  return (
    <div className="sticky bottom-4 mt-4 flex flex-wrap items-center gap-3 rounded-lg border border-border-strong bg-popover px-4 py-2.5 shadow-overlay max-md:bottom-20">
      {mine ? <LimitImpacts differences={differencesOf(base, mine)} /> : null}
      <span className="num">
        {changes === null ? 'Some rows need another look.' : `${plural(changes, 'change')}, not saved yet`}
      </span>
      {present ? null : <ErrorLine error={error} />}
      <span className="ml-auto flex gap-2">
        <Button onClick={onDone}>Drop</Button>
        <ActionButton
          variant="primary"
          pending={isPending}
          reason={refusal ?? (mine ? nothing : 'What is wrong stands beside the rows.')}
          onClick={() => mine && mutate({ version: base.version, ...mine })}
        >
          Save
        </ActionButton>
      </span>
      {present && mine ? (
        <PolicyConflict
          base={base}
          mine={mine}
          present={present}
          pending={isPending}
          onOverwrite={() => mutate({ version: present.version, ...rebase(base, mine, present) })}
          onDrop={onDone}
          onClose={() => setPresent(null)}
        />
      ) : null}
    </div>
  )
}
