'use client'

import { Archive, MailWarning, RotateCw, X } from 'lucide-react'
import { useState } from 'react'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount } from '../ui/format.ts'
import { ListFooter } from '../ui/list-footer.tsx'
import { NoMatch } from '../ui/no-match.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { SelectionBar } from '../ui/selection-bar.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { useSelection } from '../ui/use-selection.ts'
import { NoLetters } from './cause-listing.tsx'
import { type LetterSearch, toLetterFilter, toStates } from './letter-filter.ts'
import { LetterTable } from './letter-table.tsx'
import { MatchingActions } from './matching-actions.tsx'
import { useLetterList } from './use-letter-list.ts'
import { useLettersSearch } from './use-letters-search.ts'

const ReprocessDialog = onDemand(() => import('./reprocess-dialog.tsx').then(module => module.ReprocessDialog))
const DiscardDialog = onDemand(() => import('./discard-dialog.tsx').then(module => module.DiscardDialog))
const noLetters: never[] = []

/** The letters themselves, the last to fail first; of one cause, or all that match. */
export function LetterListing({ search }: { search: LetterSearch }) {
  const { search: shown, setSearch, isFiltered, clear } = useLettersSearch()
  const [filter] = useState(() => toLetterFilter(search, Date.now()))
  const [isKeyboard, setKeyboard] = useState(false)
  const selection = useSelection()
  const hold = isKeyboard || selection.chosen.size > 0 || shown.letter !== ''
  const list = useLetterList(filter, toStates(search.state), { hold })
  const letters = list.letters ?? noLetters
  const [sample] = letters
  const chosenOpen = letters.filter(({ id, state }) => state === 'open' && selection.chosen.has(id)).map(({ id }) => id)
  return (
    <>
      {list.letters ? <StaleLine error={list.error} /> : null}
      <Card className="overflow-clip">
        <CardHeader
          title="Letters"
          note={
            search.cause === '' ? null : (
              <span className="flex items-center gap-1.5">
                <span className="truncate">of one cause{sample ? `: ${sample.error.code}` : ''}</span>
                <Button
                  size="sm"
                  variant="ghost"
                  onClick={() => void setSearch({ cause: null, view: 'causes' }, { history: 'push' })}
                >
                  <X aria-hidden />
                  All causes
                </Button>
              </span>
            )
          }
          actions={<MatchingActions filter={filter} />}
        />
        {!list.letters ? (
          list.error ? (
            <ErrorState title="The dead letters could not be loaded" error={list.error} onRetry={list.retry} />
          ) : (
            <SkeletonRows rows={10} />
          )
        ) : letters.length > 0 ? (
          <>
            <LetterTable
              letters={letters}
              selection={selection}
              onOpen={letter => void setSearch({ letter })}
              onReachEnd={list.loadMore}
              onKeyboard={() => setKeyboard(true)}
            />
            <ListFooter list={list} count={letters.length} noun="letter" />
          </>
        ) : isFiltered ? (
          <NoMatch icon={MailWarning} title="No dead letter matches" onClear={clear} />
        ) : (
          <NoLetters state={search.state} />
        )}
      </Card>
      <ChosenActions ids={chosenOpen} count={selection.chosen.size} onClear={selection.clear} />
    </>
  )
}

interface ChosenActionsProps {
  /** The chosen letters that are open. */
  ids: readonly string[]
  /** All that are chosen. */
  count: number
  onClear: () => void
}

function ChosenActions({ ids, count, onClear }: ChosenActionsProps) {
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<{ kind: 'reprocess' | 'discard'; ids: readonly string[] } | null>(null)
  const reason = refusal ?? (ids.length === 0 ? 'None of them is open any more.' : null)
  const close = (done: boolean) => {
    setOpen(null)
    if (done) onClear()
  }
  return (
    <>
      <SelectionBar label="Chosen dead letters" count={count} onClear={onClear}>
        <ActionButton size="sm" reason={reason} onClick={() => setOpen({ kind: 'reprocess', ids })}>
          <RotateCw aria-hidden />
          Reprocess {formatCount(ids.length)}
        </ActionButton>
        <ActionButton size="sm" reason={reason} onClick={() => setOpen({ kind: 'discard', ids })}>
          <Archive aria-hidden />
          Discard {formatCount(ids.length)}
        </ActionButton>
      </SelectionBar>
      {open?.kind === 'reprocess' ? <ReprocessDialog selection={{ ids: open.ids }} onClose={close} /> : null}
      {open?.kind === 'discard' ? <DiscardDialog selection={{ ids: open.ids }} onClose={close} /> : null}
    </>
  )
}
