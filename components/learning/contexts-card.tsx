'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { formatBytes } from '../ui/format.ts'
import { JsonView } from '../ui/json-view.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const ContextDialog = onDemand(() => import('./context-dialog.tsx').then(module => module.ContextDialog))

/** Of columns that phones have no room for: there they stand below the name. */
const wide = 'max-md:hidden'

const typesOf = (types: readonly string[]) => (types.length === 0 ? 'no type in particular' : types.join(', '))

/** Named things that programs and people asked to have remembered, until they expire. */
export function ContextsCard() {
  const trpc = useTRPC()
  const [opened, setOpened] = useState<string | null>(null)
  const [isAdding, setAdding] = useState(false)
  const refusal = useRefusal('operator')
  const { data, error, refetch } = useQuery(trpc.memory.listContexts.queryOptions({ limit: 200 }))
  return (
    <Card>
      <CardHeader
        title="Contexts"
        note="named, until they expire"
        actions={
          <ActionButton size="sm" reason={refusal} onClick={() => setAdding(true)}>
            Keep a context
          </ActionButton>
        }
      />
      {!data ? (
        error ? (
          <ErrorState title="Contexts could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={3} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState title="No context is kept">
          Any JSON under a name, with the task types it matters for. Programs keep one with memory.setContext.
        </EmptyState>
      ) : (
        <Table aria-label="Contexts">
          <TableHeader>
            <tr>
              <TableHead>Name</TableHead>
              <TableHead className={wide}>For</TableHead>
              <TableHead numeric className={wide}>
                Size
              </TableHead>
              <TableHead className={wide}>Kept by</TableHead>
              <TableHead>Expires</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {data.items.map(({ name, taskTypes, bytes, updatedBy, expiresAt }) => (
              <TableRow key={name}>
                <TableCell className="max-md:w-full max-md:max-w-0">
                  <Button
                    variant="link"
                    className="block h-auto max-w-full truncate p-0"
                    title={name}
                    onClick={() => setOpened(name)}
                  >
                    {name}
                  </Button>
                  <div className="text-pretty text-muted-foreground text-xs md:hidden">
                    {typesOf(taskTypes)} · {formatBytes(bytes)} · {updatedBy}
                  </div>
                </TableCell>
                <TableCell className={wide}>{typesOf(taskTypes)}</TableCell>
                <TableCell numeric className={wide}>
                  {formatBytes(bytes)}
                </TableCell>
                <TableCell className={wide}>{updatedBy}</TableCell>
                <TableCell className="whitespace-nowrap">
                  <RelativeTime at={expiresAt} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {isAdding ? <ContextDialog onClose={() => setAdding(false)} /> : null}
      <Sheet open={opened !== null} onOpenChange={isOpen => isOpen || setOpened(null)}>
        {opened === null ? null : (
          <SheetContent title={opened} description="A context, as it is kept">
            <ContextBody name={opened} onGone={() => setOpened(null)} />
          </SheetContent>
        )}
      </Sheet>
    </Card>
  )
}

function ContextBody({ name, onGone }: { name: string; onGone: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const { data, error } = useQuery(trpc.memory.getContext.queryOptions({ name }))
  const { mutate, isPending } = useMutation(
    trpc.memory.removeContext.mutationOptions({
      onSuccess: () => {
        notify.done(`${name} is no longer kept`)
        onGone()
      },
      onError: failure => notify.failed(`${name} could not be removed`, failure),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.memory.pathKey() }),
    }),
  )
  return (
    <div className="grid gap-4 p-4">
      {error ? <ErrorLine error={error} /> : null}
      {data ? <JsonView value={data.value} label={`Value of ${name}`} /> : error ? null : <SkeletonRows rows={4} />}
      <div>
        <ActionButton variant="destructive" reason={refusal} pending={isPending} onClick={() => mutate({ name })}>
          Remove
        </ActionButton>
      </div>
    </div>
  )
}
