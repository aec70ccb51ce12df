'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatMs, formatUsd, plural, unknownValue } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const refreshMs = 15_000
const shownAtFirst = 20
/** Of columns that phones have no room for. */
const wide = 'max-md:hidden'

/** The last hundred tasks that ended. */
export function ShortTermCard() {
  const trpc = useTRPC()
  const [isWhole, setWhole] = useState(false)
  const { data, error, refetch } = useQuery(
    trpc.memory.recent.queryOptions({}, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const shown = isWhole ? data : data?.slice(0, shownAtFirst)
  return (
    <Card>
      <CardHeader title="Short term" note="the last 100 tasks that ended" />
      {!data || !shown ? (
        error ? (
          <ErrorState title="The short term could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={6} />
        )
      ) : data.length === 0 ? (
        <EmptyState title="No task has ended yet">The last hundred stand here, the newest first.</EmptyState>
      ) : (
        <>
          <Table aria-label="Short-term memory">
            <TableHeader>
              <tr>
                <TableHead>Task</TableHead>
                <TableHead className={wide}>Ended</TableHead>
                <TableHead className={wide}>Served by</TableHead>
                <TableHead numeric className={wide}>
                  Attempts
                </TableHead>
                <TableHead numeric>Ran</TableHead>
                <TableHead numeric className={wide}>
                  Cost
                </TableHead>
                <TableHead>When</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {shown.map(task => (
                <TableRow key={task.taskId}>
                  <TableCell className="max-md:w-full max-md:max-w-0">
                    <Link
                      href={`/tasks/${task.taskId}`}
                      prefetch={false}
                      title={task.taskType}
                      className="block truncate hover:underline"
                    >
                      {task.taskType}
                    </Link>
                    <div className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-muted-foreground text-xs md:hidden">
                      <StatusBadge of="task" status={task.status} {...(task.errorCode && { suffix: task.errorCode })} />
                      {task.moduleId ?? null}
                    </div>
                  </TableCell>
                  <TableCell className={cn(wide, 'whitespace-nowrap')}>
                    <StatusText of="task" status={task.status} {...(task.errorCode && { suffix: task.errorCode })} />
                  </TableCell>
                  <TableCell className={cn(wide, 'whitespace-nowrap')}>{task.moduleId ?? unknownValue}</TableCell>
                  <TableCell numeric className={wide}>
                    {task.attempts}
                  </TableCell>
                  <TableCell numeric>{formatMs(task.runMs)}</TableCell>
                  <TableCell numeric className={wide}>
                    {formatUsd(task.costUsd)}
                  </TableCell>
                  <TableCell className="whitespace-nowrap">
                    <RelativeTime at={task.finishedAt} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          {shown.length < data.length ? (
            <CardFooter>
              <Button size="sm" variant="ghost" onClick={() => setWhole(true)}>
                Show {plural(data.length - shown.length, 'earlier task')}
              </Button>
            </CardFooter>
          ) : null}
        </>
      )}
    </Card>
  )
}
