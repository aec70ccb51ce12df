'use client'

import { ListTree, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLive } from '../data/live.tsx'
import { useRefusal } from '../data/viewer.tsx'
import { PendingButton } from '../events/pending-button.tsx'
import { usePointerHold } from '../events/use-pointer-hold.ts'
import { PauseButton } from '../queue/pause-button.tsx'
import { PauseNotes } from '../queue/pause-notes.tsx'
import { usePauses } from '../queue/use-pauses.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { ListFooter } from '../ui/list-footer.tsx'
import { NoMatch } from '../ui/no-match.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { useSelection } from '../ui/use-selection.ts'
import { useSettled } from '../ui/use-settled.ts'
import { BulkBar } from './bulk-bar.tsx'
import { type TaskSearch, toListFilter } from './task-filter.ts'
import { TaskFilters } from './task-filters.tsx'
import { TaskTable } from './task-table.tsx'
import { useTaskList } from './use-task-list.ts'
import { useTasksSearch } from './use-tasks-search.ts'

const SubmitTaskDialog = onDemand(() => import('./submit-task-dialog.tsx').then(module => module.SubmitTaskDialog))
const noTasks: never[] = []
const settleMs = 250

/** Every task, newest first; found by status, type, module, time, text or id. */
export function TasksPage() {
  const refusal = useRefusal('operator')
  const [submitting, setSubmitting] = useState(false)
  const typed = useTasksSearch().search
  const search = { ...typed, q: useSettled(typed.q, settleMs) }
  return (
    <>
      <PageHeader
        title="Tasks"
        description="Everything that was asked of the fleet."
        actions={
          <>
            <PauseButton target={typed.type ? { scope: 'type', id: typed.type } : { scope: 'all' }} />
            <ActionButton variant="primary" reason={refusal} onClick={() => setSubmitting(true)}>
              <Plus aria-hidden />
              Submit
            </ActionButton>
          </>
        }
      />
      <PauseNotes pauses={usePauses()} />
      <TaskFilters />
      {/* Another filter is another list: nothing is chosen in it yet, and it begins at its newest task. */}
      <TaskListing key={JSON.stringify(search)} search={search} onSubmit={() => setSubmitting(true)} />
      {submitting ? <SubmitTaskDialog onClose={() => setSubmitting(false)} /> : null}
    </>
  )
}

function TaskListing({ search, onSubmit }: { search: TaskSearch; onSubmit: () => void }) {
  const { isFiltered, clear } = useTasksSearch()
  const { pausedBy } = useLive()
  const isAway = useIsAway()
  const pointer = usePointerHold()
  const [isKeyboard, setKeyboard] = useState(false)
  const [filter] = useState(() => toListFilter(search, Date.now()))
  const selection = useSelection()
  const hold = pausedBy !== null || isAway || isKeyboard || pointer.isHeld || selection.chosen.size > 0
  const list = useTaskList(filter, { hold })
  const tasks = list.tasks ?? noTasks
  const chosen = tasks.filter(({ id }) => selection.chosen.has(id))
  const showNewest = () => {
    setKeyboard(false)
    list.showNewest()
    window.scrollTo({ top: 0 })
  }
  return (
    <>
      {list.tasks ? <StaleLine error={list.error} /> : null}
      <Card className="overflow-clip" {...pointer.handlers}>
        {/* Over the heading of the table, wherever that is. */}
        <div className="sticky top-13 z-20 flex h-0 justify-center md:justify-start md:pl-52">
          <span className="mt-1 h-6">
            <PendingButton count={list.fresh.count} isOverrun={list.fresh.isMore} onShow={showNewest} />
          </span>
        </div>
        {!list.tasks ? (
          list.error ? (
            <ErrorState title="The tasks could not be loaded" error={list.error} onRetry={list.retry} />
          ) : (
            <SkeletonRows rows={14} />
          )
        ) : tasks.length > 0 ? (
          <>
            <TaskTable
              tasks={tasks}
              selection={selection}
              onReachEnd={list.loadMore}
              onKeyboard={() => setKeyboard(true)}
            />
            <ListFooter list={list} count={tasks.length} noun="task" />
          </>
        ) : list.isSearching ? (
          <SkeletonRows rows={14} label="Looking further back" />
        ) : list.hasMore ? (
          <EmptyState
            icon={ListTree}
            title="No match among the newest tasks"
            actions={<Button onClick={list.loadMore}>Look further back</Button>}
          >
            A shorter range of time, or a type, finds old ones faster.
          </EmptyState>
        ) : isFiltered ? (
          <NoMatch icon={ListTree} title="No task matches" onClear={clear} />
        ) : (
          <EmptyState
            icon={ListTree}
            title="No task yet"
            command="npm run demo"
            actions={<Button onClick={onSubmit}>Submit a task</Button>}
          >
            Submit one, or start the control center with its example fleet, which keeps work flowing.
          </EmptyState>
        )}
      </Card>
      <BulkBar tasks={chosen} onClear={selection.clear} />
    </>
  )
}

/** Whether the reader has left the top of the page. */
function useIsAway(): boolean {
  const [isAway, setAway] = useState(false)
  useEffect(() => {
    const follow = () => setAway(window.scrollY > 40)
    follow()
    window.addEventListener('scroll', follow, { passive: true })
    return () => window.removeEventListener('scroll', follow)
  }, [])
  return isAway
}
