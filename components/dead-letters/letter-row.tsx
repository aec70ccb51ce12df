import { memo, type RefCallback } from 'react'
import type { DeadLetterSummary } from '#server/contracts/dead-letters.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps, windowRowProps } from '../ui/row-props.ts'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { TableCell, TableRow } from '../ui/table.tsx'

/** Widths of the columns, and from which width of the screen on they are shown. */
export const letterColumns = {
  select: 'w-9 pr-0! max-md:hidden',
  letter: '',
  state: 'w-32 max-md:hidden',
  module: 'w-44 max-lg:hidden',
  attempts: 'w-22 max-lg:hidden',
  age: 'w-24',
} as const

export interface LetterRowProps {
  letter: DeadLetterSummary
  index: number
  isActive: boolean
  isChosen: boolean
  onToggle: (id: string, isRange: boolean) => void
  onOpen: (id: string) => void
  measure: RefCallback<HTMLElement>
}

/** One letter of the list. */
export const LetterRow = memo(function LetterRow(props: LetterRowProps) {
  const { letter, index, isActive, isChosen, onToggle, onOpen, measure } = props
  const { id, type, error, state, moduleId, attemptCount, failedAt } = letter
  const tail = id.slice(-6)
  return (
    <TableRow ref={measure} {...windowRowProps(index)} {...listRowProps(index, isActive)} aria-selected={isChosen}>
      <TableCell className={letterColumns.select}>
        <Checkbox
          checked={isChosen}
          aria-label={`Select letter ${tail}`}
          onClick={event => {
            event.preventDefault()
            onToggle(id, event.shiftKey)
          }}
        />
      </TableCell>
      <TableCell className={letterColumns.letter}>
        <button
          type="button"
          title={id}
          onClick={() => onOpen(id)}
          className="block w-full min-w-0 py-0.5 text-left hover:underline"
        >
          <span className="flex min-w-0 items-baseline gap-2">
            <span className="truncate font-medium">{type}</span>
            <span className="shrink-0 whitespace-nowrap font-mono text-faint-foreground text-xs">…{tail}</span>
          </span>
          <span className="block truncate text-muted-foreground text-xs">
            <code className="mr-1.5 text-bad-text">{error.code}</code>
            {error.message}
          </span>
        </button>
        <span className="mt-1 block md:hidden">
          <StatusBadge of="letter" status={state} />
        </span>
      </TableCell>
      <TableCell className={letterColumns.state}>
        <StatusText of="letter" status={state} />
      </TableCell>
      <TableCell className={letterColumns.module}>
        <span className="block truncate" title={moduleId ?? undefined}>
          {moduleId ?? <span className="text-faint-foreground">–</span>}
        </span>
      </TableCell>
      <TableCell numeric className={letterColumns.attempts}>
        {attemptCount}
      </TableCell>
      <TableCell numeric className={letterColumns.age}>
        <RelativeTime at={failedAt} className="text-muted-foreground" />
      </TableCell>
    </TableRow>
  )
})
