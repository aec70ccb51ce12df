'use client'

import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { useSettled } from '../ui/use-settled.ts'
import { CauseListing } from './cause-listing.tsx'
import { JobsAtWork } from './jobs-at-work.tsx'
import { LetterFilters } from './letter-filters.tsx'
import { useLettersSearch } from './use-letters-search.ts'

const LetterSheet = onDemand(() => import('./letter-sheet.tsx').then(module => module.LetterSheet))
const placeholder = () => <SkeletonRows rows={10} />
const JobListing = onDemand(() => import('./job-listing.tsx').then(module => module.JobListing), { placeholder })
const LetterListing = onDemand(() => import('./letter-listing.tsx').then(module => module.LetterListing), {
  placeholder,
})
const settleMs = 250
const viewOptions = [
  { value: 'causes', label: 'Causes' },
  { value: 'letters', label: 'Letters' },
  { value: 'jobs', label: 'Jobs' },
] as const

/** Tasks that failed for good: by cause, one by one, and the jobs that deal with many of them. */
export function DeadLettersPage() {
  const { search: typed, setSearch } = useLettersSearch()
  const { view, letter, ...filters } = typed
  const search = { ...filters, q: useSettled(filters.q, settleMs) }
  // Another filter is another list: nothing is chosen in it yet, and it begins at its top.
  const key = JSON.stringify(search)
  return (
    <>
      <PageHeader
        title="Dead letters"
        description="Tasks that failed for good, until somebody reprocesses or discards them."
        actions={
          <SegmentedControl
            label="View"
            value={view}
            onValueChange={next => void setSearch({ view: next })}
            options={viewOptions}
          />
        }
      />
      {view === 'jobs' ? (
        <JobListing />
      ) : (
        <>
          <JobsAtWork />
          <LetterFilters />
          {view === 'causes' ? <CauseListing key={key} search={search} /> : <LetterListing key={key} search={search} />}
        </>
      )}
      <LetterSheet open={letter === '' ? null : letter} onClose={() => void setSearch({ letter: null })} />
    </>
  )
}
