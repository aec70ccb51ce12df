'use client'

import { PageHeader } from '../ui/page-header.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { useSettled } from '../ui/use-settled.ts'
import { CauseListing } from './cause-listing.tsx'
import { JobListing } from './job-listing.tsx'
import { JobsAtWork } from './jobs-at-work.tsx'
import { LetterFilters } from './letter-filters.tsx'
import { LetterListing } from './letter-listing.tsx'
import { LetterSheet } from './letter-sheet.tsx'
import { useLettersSearch } from './use-letters-search.ts'

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
      <LetterSheet id={letter === '' ? null : letter} onClose={() => void setSearch({ letter: null })} />
    </>
  )
}
