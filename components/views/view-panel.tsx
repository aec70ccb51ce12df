'use client'

import { Bookmark, Check, Trash2, Users } from 'lucide-react'
import Link from 'next/link'
import { type FormEvent, useId, useState } from 'react'
import type { SavedView, ViewPage } from '#server/contracts/views.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { addressOf, useViewChanges, useViews } from './use-views.ts'

export interface ViewPanelProps {
  page: ViewPage
  /** What the page shows now. */
  query: string
  /** The view that is shown now. */
  shownId: string | null
  onDone: () => void
}

/** The views of a page, and a form that keeps what is shown as one. */
export function ViewPanel({ page, query, shownId, onDone }: ViewPanelProps) {
  const { views, error } = useViews()
  const changes = useViewChanges()
  const ofPage = views?.filter(view => view.page === page)
  return (
    <>
      {error ? <ErrorLine error={error} className="m-2" /> : null}
      {!ofPage ? (
        error ? null : (
          <SkeletonRows rows={3} />
        )
      ) : ofPage.length === 0 ? (
        <p className="px-3 pt-3 text-muted-foreground text-sm">
          No view of this page yet. Filter the list, then keep it here under a name.
        </p>
      ) : (
        <ul aria-label="Views of this page" className="max-h-64 overflow-y-auto p-1">
          {ofPage.map(view => (
            <ViewRow
              key={view.id}
              view={view}
              isShown={view.id === shownId}
              onOpen={onDone}
              onRemove={() => changes.remove(view)}
            />
          ))}
        </ul>
      )}
      <SaveForm page={page} query={query} save={changes.save} onSaved={onDone} />
    </>
  )
}

interface ViewRowProps {
  view: SavedView
  isShown: boolean
  onOpen: () => void
  onRemove: () => void
}

function ViewRow({ view, isShown, onOpen, onRemove }: ViewRowProps) {
  const refusal = useRefusal('operator')
  const Icon = isShown ? Check : view.shared ? Users : Bookmark
  return (
    <li className="flex items-center rounded-sm hover:bg-accent">
      <Link
        href={addressOf(view)}
        onClick={onOpen}
        aria-current={isShown ? 'true' : undefined}
        className="flex min-h-8 min-w-0 flex-1 items-center gap-2 px-2 py-1 text-sm max-md:min-h-10"
      >
        <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <span className="grid min-w-0 flex-1">
          <span className="wrap-break-word">{view.name}</span>
          <span className="truncate text-faint-foreground text-xs">
            {view.shared ? `shared by ${view.savedBy}` : 'yours'}
          </span>
        </span>
      </Link>
      <ActionButton
        variant="ghost"
        size="icon-sm"
        aria-label={`Remove the view ${view.name}`}
        reason={view.shared ? refusal : null}
        onClick={onRemove}
      >
        <Trash2 aria-hidden />
      </ActionButton>
    </li>
  )
}

interface SaveFormProps {
  page: ViewPage
  query: string
  save: ReturnType<typeof useViewChanges>['save']
  onSaved: () => void
}

function SaveForm({ page, query, save, onSaved }: SaveFormProps) {
  const refusal = useRefusal('operator')
  const shareId = useId()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || query === '' || save.isPending) return
    save.mutate({ page, name, query, shared }, { onSuccess: onSaved })
  }
  const missing = query === '' ? 'Nothing is filtered.' : name.trim() === '' ? 'Give it a name first.' : null
  return (
    <form onSubmit={submit} className="grid gap-2.5 border-t p-3">
      <Field label="Keep what is shown as" hint="One of the same name is replaced.">
        {control => (
          <Input
            {...control}
            value={name}
            maxLength={60}
            autoComplete="off"
            placeholder="Failed in the last hour"
            onChange={event => setName(event.target.value)}
          />
        )}
      </Field>
      {save.error ? <ErrorLine error={save.error} /> : null}
      <div className="flex items-center justify-between gap-2">
        <label htmlFor={shareId} className="flex items-center gap-2 text-sm" title={refusal ?? undefined}>
          <Checkbox id={shareId} checked={shared} disabled={refusal !== null} onCheckedChange={setShared} />
          Share with everybody
        </label>
        <ActionButton type="submit" variant="primary" size="sm" reason={missing} pending={save.isPending}>
          Save
        </ActionButton>
      </div>
      {refusal ? <p className="text-faint-foreground text-xs">Sharing: {refusal}</p> : null}
    </form>
  )
}
