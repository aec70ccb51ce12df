'use client'

import Link from 'next/link'
import type { AuditView } from '#server/contracts/audit.ts'
import { IdText } from '../ui/copy-button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { type ActorKind, actWords, hrefOfTarget } from './audit-words.ts'

const actorWords: Record<ActorKind, string> = {
  person: 'a person',
  service: 'a service, by its key',
  module: 'a module, by its key',
  system: 'of its own accord',
}

export interface AuditSheetProps {
  /** Id; null keeps the sheet closed. */
  open: string | null
  /** The entry, when it is among those that are loaded. */
  entry: AuditView | undefined
  onClose: () => void
}

/** One act in full, beside the list. */
export function AuditSheet({ open, entry, onClose }: AuditSheetProps) {
  return (
    <Sheet open={open !== null} onOpenChange={isOpen => !isOpen && onClose()}>
      <SheetContent
        title={entry ? actWords(entry.action) : 'Act'}
        description={entry ? <span className="font-mono text-xs">{entry.action}</span> : undefined}
      >
        {entry ? (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <DefinitionList items={factsOf(entry)} />
            {Object.keys(entry.details).length === 0 ? null : (
              <JsonView label="Details of the act" value={entry.details} />
            )}
          </div>
        ) : (
          <EmptyState title="It is not in this list">Take filters away, or load older acts.</EmptyState>
        )}
      </SheetContent>
    </Sheet>
  )
}

function factsOf({ id, at, actor, target, reason }: AuditView) {
  const href = hrefOfTarget(target)
  const kind = actorWords[actor.kind as ActorKind]
  return [
    {
      term: 'At',
      value: (
        <>
          <Moment at={at} full /> <RelativeTime at={at} className="text-faint-foreground" />
        </>
      ),
    },
    {
      term: 'By',
      value: (
        <>
          {actor.name} <span className="text-muted-foreground">({kind})</span>
        </>
      ),
    },
    {
      term: 'To',
      value: (
        <span className="wrap-anywhere">
          {target.kind.replaceAll('_', ' ')}{' '}
          {href === null ? (
            <span className="font-mono text-xs">{target.id}</span>
          ) : (
            <Link href={href} className="font-medium text-primary-text underline-offset-4 hover:underline">
              {target.id}
            </Link>
          )}
        </span>
      ),
    },
    { term: 'Reason', value: reason ?? <span className="text-muted-foreground">none was asked for</span> },
    { term: 'Entry', value: <IdText id={id} /> },
  ]
}
