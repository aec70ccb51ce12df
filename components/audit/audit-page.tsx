'use client'

import { Lock, ScrollText } from 'lucide-react'
import { useCallback } from 'react'
import type { AuditView } from '#server/contracts/audit.ts'
import { useRefusal } from '../data/viewer.tsx'
import { useListKeys } from '../layout/use-list-keys.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardFooter } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { RowGap } from '../ui/row-gap.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { TableBody, TableHead, TableHeader } from '../ui/table.tsx'
import { useEndInSight } from '../ui/use-end-in-sight.ts'
import { useStable } from '../ui/use-stable.ts'
import { useWindowRows } from '../ui/use-window-rows.ts'
import { AuditFilters } from './audit-filters.tsx'
import { AuditRow } from './audit-row.tsx'
import { AuditSheet } from './audit-sheet.tsx'
import { useAuditList } from './use-audit-list.ts'
import { useAuditSearch } from './use-audit-search.ts'

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
          <EmptyState
            icon={ScrollText}
            title={isFiltered ? 'No act matches' : 'Nobody has done anything yet'}
            actions={isFiltered ? <Button onClick={clear}>Clear the filters</Button> : null}
          />
        ) : (
          <>
            <AuditTable entries={entries} onOpen={id => void setSearch({ entry: id })} onReachEnd={list.loadMore} />
            <CardFooter className="num justify-between">
              {plural(entries.length, 'act')}
              {list.hasMore ? (
                <Button size="sm" variant="ghost" aria-busy={list.isLoadingMore} onClick={list.loadMore}>
                  Load older
                </Button>
              ) : null}
            </CardFooter>
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

interface AuditTableProps {
  entries: readonly AuditView[]
  onOpen: (id: string) => void
  onReachEnd: () => void
}

function AuditTable({ entries, onOpen, onReachEnd }: AuditTableProps) {
  const open = useStable(onOpen)
  const end = useEndInSight(onReachEnd)
  const { body, indexes, before, after, measure, scrollTo } = useWindowRows({
    count: entries.length,
    estimatePx: 36,
    keyOf: useCallback((index: number) => entries[index]?.id ?? '', [entries]),
  })
  const { active } = useListKeys({
    count: entries.length,
    onOpen: index => {
      const entry = entries[index]
      if (entry) open(entry.id)
    },
    onMove: scrollTo,
  })
  return (
    <>
      <table aria-label="Acts" aria-rowcount={-1} className="w-full table-fixed border-collapse text-left text-sm">
        <TableHeader className="top-12 z-10">
          <tr>
            <TableHead className="w-44 max-md:w-40">When</TableHead>
            <TableHead className="w-44 max-md:hidden">Who</TableHead>
            <TableHead className="md:w-56">Act</TableHead>
            <TableHead className="max-md:hidden">To</TableHead>
            <TableHead className="max-lg:hidden">Reason</TableHead>
          </tr>
        </TableHeader>
        <TableBody ref={body}>
          <RowGap px={before} />
          {indexes.map(index => {
            const entry = entries[index]
            return entry ? (
              <AuditRow
                key={entry.id}
                entry={entry}
                row={index}
                isActive={index === active}
                measure={measure}
                onOpen={open}
              />
            ) : null
          })}
          <RowGap px={after} />
        </TableBody>
      </table>
      <div ref={end} aria-hidden className="h-px" />
    </>
  )
}
