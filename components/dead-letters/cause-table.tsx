'use client'

import type { DeadLetterGroup } from '#server/contracts/dead-letters.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { useListKeys } from '../layout/use-list-keys.ts'
import { formatCount } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps } from '../ui/row-props.ts'
import { TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const columns = {
  cause: '',
  types: 'w-56 max-lg:hidden',
  recent: 'w-32 max-md:hidden',
  open: 'w-20',
  total: 'w-20 max-md:hidden',
  first: 'w-28 max-xl:hidden',
  last: 'w-24',
} as const

export interface CauseTableProps {
  causes: readonly DeadLetterGroup[]
  onOpen: (cause: DeadLetterGroup) => void
}

/** One row for each cause: what it says, whom it hits, how often, and when. */
export function CauseTable({ causes, onOpen }: CauseTableProps) {
  const { active } = useListKeys({
    count: causes.length,
    onOpen: index => {
      const cause = causes[index]
      if (cause) onOpen(cause)
    },
  })
  return (
    <table aria-label="Causes" className="w-full table-fixed border-separate border-spacing-0 text-left text-sm">
      <TableHeader className="top-12 z-10">
        <tr>
          <TableHead className={columns.cause}>Cause</TableHead>
          <TableHead className={columns.types}>Types</TableHead>
          <TableHead className={columns.recent}>Last 24 h</TableHead>
          <TableHead numeric className={columns.open}>
            Open
          </TableHead>
          <TableHead numeric className={columns.total}>
            All
          </TableHead>
          <TableHead numeric className={columns.first}>
            First
          </TableHead>
          <TableHead numeric className={columns.last}>
            Last
          </TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {causes.map((cause, index) => (
          <CauseRow
            key={cause.fingerprint}
            cause={cause}
            index={index}
            isActive={index === active}
            onOpen={() => onOpen(cause)}
          />
        ))}
      </TableBody>
    </table>
  )
}

interface CauseRowProps {
  cause: DeadLetterGroup
  index: number
  isActive: boolean
  onOpen: () => void
}

function CauseRow({ cause, index, isActive, onOpen }: CauseRowProps) {
  const { sample, types, modules, open, total, firstSeenAt, lastSeenAt, recent } = cause
  const day = recent.reduce((sum, count) => sum + count, 0)
  return (
    <TableRow {...listRowProps(index, isActive)}>
      <TableCell className={columns.cause}>
        <button type="button" onClick={onOpen} className="block w-full min-w-0 py-0.5 text-left hover:underline">
          <span className="block truncate font-medium font-mono text-xs">{sample.code}</span>
          <span
            className="block truncate text-muted-foreground max-md:line-clamp-2 max-md:whitespace-normal"
            title={sample.message}
          >
            {sample.message}
          </span>
          <span className="block truncate text-faint-foreground text-xs lg:hidden">{types.join(', ')}</span>
        </button>
      </TableCell>
      <TableCell className={columns.types}>
        <span className="block truncate" title={types.join(', ')}>
          {types.join(', ')}
        </span>
        <span className="block truncate text-faint-foreground text-xs" title={modules.join(', ')}>
          {modules.length > 0 ? modules.join(', ') : 'no module answered'}
        </span>
      </TableCell>
      <TableCell className={columns.recent}>
        <Sparkline values={recent} label={`${formatCount(day)} in the last 24 hours`} />
      </TableCell>
      <TableCell numeric className={columns.open}>
        <span className={open > 0 ? 'font-medium' : 'text-faint-foreground'}>{formatCount(open)}</span>
      </TableCell>
      <TableCell numeric className={columns.total}>
        <span className="text-muted-foreground">{formatCount(total)}</span>
      </TableCell>
      <TableCell numeric className={columns.first}>
        <RelativeTime at={firstSeenAt} className="text-muted-foreground" />
      </TableCell>
      <TableCell numeric className={columns.last}>
        <RelativeTime at={lastSeenAt} className="text-muted-foreground" />
      </TableCell>
    </TableRow>
  )
}
