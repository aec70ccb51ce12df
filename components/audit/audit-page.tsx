'use client'

import { Lock, ScrollText } from 'lucide-react'
import { useRefusal } from '../data/viewer.tsx'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { ListFooter } from '../ui/list-footer.tsx'
import { NoMatch } from '../ui/no-match.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { AuditFilters } from './audit-filters.tsx'
import { useAuditList } from './use-audit-list.ts'
import { useAuditSearch } from './use-audit-search.ts'

// With the library for long lists; it comes while the list is asked for.
const AuditTable = onDemand(() => import('./audit-table.tsx').then(module => module.AuditTable), {
  placeholder: () => <SkeletonRows rows={12} />,
})
const AuditSheet = onDemand(() => import('./audit-sheet.tsx').then(module => module.AuditSheet))

/** Who did what, to what, and why. */
export function AuditPage() {
  const refusal = useRefusal('operator')
  return (
    <>
      <PageHeader
        title="Audit"
        description="Every act of people, keys and Quarterdeck itself, kept with the change it made."
      />
      {refusal === null ? (
        <AuditListing />
      ) : (
        <Card>
          <EmptyState icon={Lock} title="The audit trail is for operators">
            {refusal}
          </EmptyState>
        </Card>
      )}
    </>
  )
}

function AuditListing() {
  const { search, setSearch, isFiltered, clear } = useAuditSearch()
  const list = useAuditList(search)
  const { entries, error } = list
  return (
    <>
      <AuditFilters />
      {entries ? <StaleLine error={error} /> : null}
      <Card className="overflow-clip">
        {!entries ? (
          error ? (
            <ErrorState title="The acts could not be loaded" error={error} onRetry={list.retry} />
          ) : (
            <SkeletonRows rows={12} />
          )
        ) : entries.length === 0 ? (
          isFiltered ? (
            <NoMatch icon={ScrollText} title="No act matches" onClear={clear} />
          ) : (
            <EmptyState icon={ScrollText} title="Nobody has done anything yet" />
          )
        ) : (
          <>
            <AuditTable entries={entries} onOpen={id => void setSearch({ entry: id })} onReachEnd={list.loadMore} />
            <ListFooter list={list} count={entries.length} noun="act" />
          </>
        )}
      </Card>
      <AuditSheet
        open={search.entry}
        entry={entries?.find(({ id }) => id === search.entry)}
        onClose={() => void setSearch({ entry: null })}
      />
    </>
  )
}
