'use client'

import { useQuery } from '@tanstack/react-query'
import { ListTree } from 'lucide-react'
import Link from 'next/link'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { spansOf } from '../tasks/task-spans.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatMs } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const refreshMs = 3_000
const shown = 8

/** The tasks the module ran last, or is pinned to. */
export function ModuleTasks({ moduleId }: { moduleId: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.tasks.list.queryOptions({ moduleId, limit: shown }, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <Card>
      <CardHeader
        title="Recent tasks"
        actions={
          <Link
            href={`/tasks?module=${moduleId}`}
            prefetch={false}
            className="text-primary-text text-xs hover:underline"
          >
            All tasks
          </Link>
        }
      />
      {data ? (
        data.items.length > 0 ? (
          <Table aria-label="Recent tasks">
            <TableHeader>
              <tr>
                <TableHead>Status</TableHead>
                <TableHead>Type</TableHead>
                <TableHead numeric className="max-md:hidden">
                  Attempts
                </TableHead>
                <TableHead numeric className="max-md:hidden">
                  Ran
                </TableHead>
                <TableHead numeric>Accepted</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {data.items.map(task => (
                <TableRow key={task.id}>
                  <TableCell>
                    <StatusText of="task" status={task.status} />
                  </TableCell>
                  <TableCell>
                    <Link href={`/tasks/${task.id}`} prefetch={false} className="whitespace-nowrap hover:underline">
                      {task.type}{' '}
                      <span className="font-mono text-faint-foreground text-xs max-sm:hidden">
                        …{task.id.slice(-6)}
                      </span>
                    </Link>
                  </TableCell>
                  <TableCell numeric className="max-md:hidden">
                    {task.attemptCount} of {task.maxAttempts}
                  </TableCell>
                  <TableCell numeric className="max-md:hidden">
                    {formatMs(spansOf(task).runMs)}
                  </TableCell>
                  <TableCell numeric>
                    <RelativeTime at={task.createdAt} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        ) : (
          <EmptyState icon={ListTree} title="It ran no task yet">
            Tasks of its types appear here as soon as they are accepted.
          </EmptyState>
        )
      ) : error ? (
        <ErrorState title="The tasks could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={shown} />
      )}
    </Card>
  )
}
