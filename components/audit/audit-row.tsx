import { memo, type RefCallback } from 'react'
import type { AuditView } from '#server/contracts/audit.ts'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps, windowRowProps } from '../ui/row-props.ts'
import { TableCell, TableRow } from '../ui/table.tsx'
import { actWords, targetWords } from './audit-words.ts'

export interface AuditRowProps {
  entry: AuditView
  row: number
  isActive: boolean
  measure: RefCallback<HTMLElement>
  onOpen: (id: string) => void
}

/** One act in one line: when, who, what, to what, and why; on phones in two. */
export const AuditRow = memo(function AuditRow({ entry, row, isActive, measure, onOpen }: AuditRowProps) {
  const { id, at, actor, action, target, reason } = entry
  return (
    <TableRow ref={measure} {...windowRowProps(row)} {...listRowProps(row, isActive)}>
      <TableCell className="whitespace-nowrap text-muted-foreground text-xs">
        <RelativeTime at={at} className="md:hidden" />
        <Moment at={at} full className="max-md:hidden" />
      </TableCell>
      <TableCell className="max-md:hidden">
        <span className="block truncate" title={actor.name}>
          {actor.name}
        </span>
      </TableCell>
      <TableCell>
        <button
          type="button"
          onClick={() => onOpen(id)}
          className="block max-w-full truncate text-left font-medium hover:underline"
        >
          {actWords(action)}
        </button>
        <span className="block truncate text-muted-foreground text-xs md:hidden">
          {actor.name} · {targetWords(target)}
        </span>
      </TableCell>
      <TableCell className="max-md:hidden">
        <span className="block truncate font-mono text-xs" title={`${target.kind} ${target.id}`}>
          {targetWords(target)}
        </span>
      </TableCell>
      <TableCell className="max-lg:hidden">
        <span className="block truncate text-muted-foreground" title={reason ?? undefined}>
          {reason}
        </span>
      </TableCell>
    </TableRow>
  )
})
