'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import type { PersonView, Role } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { notify } from '../ui/notify.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Select } from '../ui/select.tsx'
import { TableCell, TableRow } from '../ui/table.tsx'
import { roleOptions } from './role-words.ts'

export interface PersonRowProps {
  person: PersonView
  isSelf: boolean
  /** Without them nobody could manage people any more. */
  isLastAdmin: boolean
  onRemove: () => void
  onSetPassword: () => void
}

const lastAdminWords = 'The only admin: make somebody else one first, or nobody could manage people any more.'

/** One person: their role to change, a new password, removal. */
export function PersonRow({ person, isSelf, isLastAdmin, onRemove, onSetPassword }: PersonRowProps) {
  const { name, email, role, lastSignInAt, createdAt } = person
  const change = useRoleChange(person)
  return (
    <TableRow>
      <TableCell>
        <div className="flex flex-wrap items-center gap-x-2 font-medium">
          {name}
          {isSelf ? <Badge>you</Badge> : null}
        </div>
        <div className="wrap-anywhere text-muted-foreground text-xs max-sm:max-w-28">{email}</div>
      </TableCell>
      <TableCell className="max-sm:px-1">
        <Select
          aria-label={`Role of ${name}`}
          title={isLastAdmin ? lastAdminWords : undefined}
          value={change.isPending ? change.variables.role : role}
          onValueChange={(next: Role) => change.mutate({ id: person.id, role: next })}
          options={roleOptions.map(({ value, label }) => ({
            value,
            label,
            disabled: isLastAdmin && value !== 'admin',
          }))}
          className="w-31"
        />
      </TableCell>
      <TableCell className="text-muted-foreground max-sm:hidden">
        {lastSignInAt === null ? 'never' : <RelativeTime at={lastSignInAt} />}
      </TableCell>
      <TableCell className="text-muted-foreground max-md:hidden">
        <RelativeTime at={createdAt} />
      </TableCell>
      <TableCell>
        <span className="flex justify-end gap-1">
          <ActionButton size="sm" variant="ghost" onClick={onSetPassword} className="max-sm:w-8">
            <KeyRound aria-hidden />
            <span className="max-sm:sr-only">New password</span>
          </ActionButton>
          <ActionButton
            size="icon-sm"
            variant="ghost"
            aria-label={`Remove ${name}`}
            reason={isLastAdmin ? lastAdminWords : null}
            onClick={onRemove}
          >
            <Trash2 aria-hidden />
          </ActionButton>
        </span>
      </TableCell>
    </TableRow>
  )
}

function useRoleChange(person: PersonView) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  return useMutation(
    trpc.people.setRole.mutationOptions({
      onSuccess: ({ name, role }) =>
        notify.done(`${name} is now ${role}`, { description: 'It holds from their next request on.' }),
      onError: error => notify.failed(`The role of ${person.name} was not changed`, error),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.people.list.queryKey() }),
    }),
  )
}
