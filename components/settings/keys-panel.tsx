'use client'

import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import type { KeyView } from '#server/contracts/keys.ts'
import { useTRPC } from '../data/trpc.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { scopeNames, scopeWords } from './role-words.ts'

const CreateKeyDialog = onDemand(() => import('./create-key-dialog.tsx').then(module => module.CreateKeyDialog))
const RevokeKeyDialog = onDemand(() => import('./revoke-key-dialog.tsx').then(module => module.RevokeKeyDialog))

/** The keys of services and modules that call the API. */
export function KeysPanel() {
  const trpc = useTRPC()
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<KeyView | null>(null)
  const { data, error, refetch } = useQuery(trpc.keys.list.queryOptions())
  const keys = data?.items.toSorted((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null))
  return (
    <Card>
      <CardHeader
        title="Keys"
        note={
          keys ? (
            <span className="num">{keys.filter(({ revokedAt }) => revokedAt === null).length} admitted</span>
          ) : null
        }
        actions={
          <Button size="sm" onClick={() => setCreating(true)}>
            <Plus aria-hidden />
            Create a key
          </Button>
        }
      />
      <CardContent className="p-0">
        {keys && keys.length > 0 ? (
          <Table aria-label="Keys" className="max-sm:table-fixed">
            <TableHeader>
              <tr>
                <TableHead>Name</TableHead>
                <TableHead>May</TableHead>
                <TableHead className="max-sm:hidden">Created</TableHead>
                <TableHead className="max-sm:w-24">
                  <span className="sr-only">Actions</span>
                </TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {keys.map(key => (
                <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
              ))}
            </TableBody>
          </Table>
        ) : keys ? (
          <EmptyState icon={KeyRound} title="No service may call yet">
            A key lets a service submit tasks, register modules or read figures, as far as its scopes go; that of a
            module lets it bring its own instances in and out.
          </EmptyState>
        ) : error ? (
          <ErrorState title="The keys could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={3} />
        )}
      </CardContent>
      {creating ? <CreateKeyDialog onClose={() => setCreating(false)} /> : null}
      {revoking ? <RevokeKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} /> : null}
    </Card>
  )
}

/** For labels of several words in a narrow column. */
const wrapping = 'h-auto whitespace-normal'

function KeyRow({ apiKey, onRevoke }: { apiKey: KeyView; onRevoke: () => void }) {
  const { name, scopes, moduleId, createdBy, createdAt, revokedAt } = apiKey
  const isRevoked = revokedAt !== null
  return (
    <TableRow>
      <TableCell className={cn('font-medium', isRevoked && 'text-faint-foreground line-through')}>
        <span className="wrap-anywhere">{name}</span>
      </TableCell>
      <TableCell>
        <span className="flex flex-wrap gap-1">
          {moduleId !== null ? (
            <Badge
              className={wrapping}
              title="Bring instances of the module in and out, send heartbeats, report its health"
            >
              speak for module {moduleId}
            </Badge>
          ) : scopes.length === scopeNames.length ? (
            <Badge className={wrapping}>everything a service may</Badge>
          ) : (
            scopes.map(scope => (
              <Badge key={scope} title={scopeWords[scope]}>
                {scope}
              </Badge>
            ))
          )}
        </span>
      </TableCell>
      <TableCell className="whitespace-nowrap text-muted-foreground max-sm:hidden">
        <RelativeTime at={createdAt} /> by {createdBy}
      </TableCell>
      <TableCell className="text-right sm:whitespace-nowrap">
        {isRevoked ? (
          <span className="text-muted-foreground">
            revoked <RelativeTime at={revokedAt} />
          </span>
        ) : (
          <Button size="sm" variant="ghost" onClick={onRevoke}>
            Revoke
          </Button>
        )}
      </TableCell>
    </TableRow>
  )
}
