'use client'

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { DeadLetterView } from '#server/contracts/dead-letters.ts'
import { useTRPC } from '../data/trpc.ts'
import { AttemptList } from '../tasks/attempt-list.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { LetterActions } from './letter-actions.tsx'
import { LineageList } from './lineage-list.tsx'

export interface LetterSheetProps {
  /** Id of the letter; null keeps the sheet closed. */
  open: string | null
  onClose: () => void
}

/** One letter in full beside the list: its error, payload, attempts and history, and what can be done with it. */
export function LetterSheet({ open: id, onClose }: LetterSheetProps) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.deadLetters.get.queryOptions({ id: id ?? '' }, { enabled: id !== null, retry: false }),
  )
  return (
    <Sheet open={id !== null} onOpenChange={isOpen => !isOpen && onClose()}>
      <SheetContent
        title={
          data ? (
            <span className="flex flex-wrap items-center gap-2">
              {data.type}
              <StatusBadge of="letter" status={data.state} />
            </span>
          ) : (
            'Dead letter'
          )
        }
        description={id === null ? undefined : <IdText id={id} />}
        className="max-w-160"
      >
        {data ? (
          <LetterDetails letter={data} />
        ) : error ? (
          <ErrorState title="The dead letter could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-96 w-full" />
        )}
      </SheetContent>
    </Sheet>
  )
}

function LetterDetails({ letter }: { letter: DeadLetterView }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div
        role="group"
        aria-label="Error"
        className="rounded-md border border-bad-line bg-bad-soft px-3 py-2 text-bad-text"
      >
        <code className="text-xs">{letter.error.code}</code>
        <p className="break-words">{letter.error.message}</p>
      </div>
      <DefinitionList items={factsOf(letter)} />
      <LetterActions key={letter.id} letter={letter} />
      <AttemptList attempts={letter.attempts} />
      <LineageList letter={letter} />
      <div className="flex flex-wrap gap-2">
        <ButtonLink href={`/tasks/${letter.id}`}>Open the task</ButtonLink>
        {letter.reprocessedAs ? (
          <ButtonLink href={`/tasks/${letter.reprocessedAs}`}>Open the new task</ButtonLink>
        ) : null}
      </div>
    </div>
  )
}

function factsOf(letter: DeadLetterView): { term: string; value: ReactNode }[] {
  const { failedAt, moduleId, attemptCount, submittedBy, state, closedAt, closedBy, reason } = letter
  return [
    {
      term: 'Failed',
      value: (
        <>
          <Moment at={failedAt} full /> <RelativeTime at={failedAt} className="text-faint-foreground" />
        </>
      ),
    },
    { term: 'Module', value: moduleId ?? 'none answered' },
    { term: 'Attempts', value: <span className="num">{attemptCount}</span> },
    { term: 'Submitted by', value: submittedBy },
    ...(state !== 'open' && closedAt !== null
      ? [
          {
            term: state === 'discarded' ? 'Discarded' : 'Reprocessed',
            value: (
              <>
                by {closedBy}, <RelativeTime at={closedAt} />
                {reason ? `: ${reason}` : ''}
              </>
            ),
          },
        ]
      : []),
  ]
}
