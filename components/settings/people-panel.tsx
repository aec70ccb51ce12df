'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { PersonView } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { useViewer } from '../data/viewer.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableHead, TableHeader } from '../ui/table.tsx'
import { PersonRow } from './person-row.tsx'
import { roleOptions } from './role-words.ts'

const AddPersonDialog = onDemand(() => import('./add-person-dialog.tsx').then(module => module.AddPersonDialog))
const RemovePersonDialog = onDemand(() =>
  import('./remove-person-dialog.tsx').then(module => module.RemovePersonDialog),
)
const SetPasswordDialog = onDemand(() => import('./set-password-dialog.tsx').then(module => module.SetPasswordDialog))

type Open = { kind: 'add' } | { kind: 'remove' | 'password'; person: PersonView } | null

/** Everybody who may sign in, with their role. */
export function PeoplePanel() {
  const trpc = useTRPC()
  const viewer = useViewer()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const { data, error, refetch } = useQuery(trpc.people.list.queryOptions())
  const people = data?.items
  const admins = people?.filter(({ role }) => role === 'admin').length ?? 0
  return (
    <Card>
      <CardHeader
        title="People"
        note={people ? <span className="num">{people.length}</span> : null}
        actions={
          <Button size="sm" onClick={() => setOpen({ kind: 'add' })}>
            <Plus aria-hidden />
            Add a person
          </Button>
        }
      />
      <CardContent className="p-0">
        {error && people ? <ErrorLine error={error} className="m-3" /> : null}
        {people ? (
          <Table aria-label="People" className="max-sm:table-fixed">
            <TableHeader>
              <tr>
                <TableHead>Name</TableHead>
                <TableHead className="max-sm:w-33 max-sm:px-1">Role</TableHead>
                <TableHead className="max-sm:hidden">Last sign-in</TableHead>
                <TableHead className="max-md:hidden">Added</TableHead>
                <TableHead className="max-sm:w-22">
                  <span className="sr-only">Actions</span>
                </TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {people.map(person => (
                <PersonRow
                  key={person.id}
                  person={person}
                  isSelf={person.email === viewer.email}
                  isLastAdmin={person.role === 'admin' && admins === 1}
                  onRemove={() => setOpen({ kind: 'remove', person })}
                  onSetPassword={() => setOpen({ kind: 'password', person })}
                />
              ))}
            </TableBody>
          </Table>
        ) : error ? (
          <ErrorState title="The people could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={4} />
        )}
      </CardContent>
      <CardFooter className="flex-wrap gap-x-4">
        {roleOptions.map(({ value, label, meaning }) => (
          <span key={value}>
            <span className="font-medium">{label}</span> {meaning}
          </span>
        ))}
      </CardFooter>
      {open?.kind === 'add' ? <AddPersonDialog onClose={close} /> : null}
      {open?.kind === 'remove' ? <RemovePersonDialog person={open.person} onClose={close} /> : null}
      {open?.kind === 'password' ? <SetPasswordDialog person={open.person} onClose={close} /> : null}
    </Card>
  )
}
