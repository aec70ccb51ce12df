'use client'

import { useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect, useRef, useState } from 'react'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { Button } from '../ui/button.tsx'
import { describeError } from '../ui/describe-error.ts'
import { Field } from '../ui/field.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { Meter } from '../ui/meter.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { type BulkProgress, runEach } from './bulk-run.ts'

const concurrency = 6

export interface BulkDialogProps {
  kind: 'cancel' | 'retry'
  tasks: readonly TaskSummary[]
  /** `done` when something was done. */
  onClose: (done: boolean) => void
}

const words = {
  cancel: { verb: 'Cancel', done: 'cancelled', left: 'It cannot be undone; a retry makes a new task.' },
  retry: { verb: 'Retry', done: 'submitted again', left: 'Each is submitted anew, linked to the old one.' },
} as const

/** Cancels or retries many tasks: the count first, then the progress, and what became of each that failed. */
export function BulkDialog({ kind, tasks, onClose }: BulkDialogProps) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const [progress, setProgress] = useState<BulkProgress<TaskSummary> | null>(null)
  const stop = useRef<AbortController>(null)
  useEffect(() => () => stop.current?.abort(), [])
  const { verb, done, left } = words[kind]

  const run = async () => {
    const controller = new AbortController()
    stop.current = controller
    setProgress({ done: 0, succeeded: 0, failed: [], skipped: 0, isOver: false })
    await runEach({
      items: tasks,
      concurrency,
      signal: controller.signal,
      onProgress: setProgress,
      act: ({ id }) =>
        kind === 'retry'
          ? client.tasks.retry.mutate({ id })
          : client.tasks.cancel.mutate({ id, ...(reason.trim() ? { reason: reason.trim() } : {}) }),
    })
    void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() })
  }
  const close = () => onClose(progress !== null)
  return (
    <AlertDialog open onOpenChange={open => !open && close()}>
      <AlertDialogContent title={`${verb} ${plural(tasks.length, 'task')}?`} description={left}>
        {progress ? (
          <BulkReport progress={progress} total={tasks.length} done={done} />
        ) : kind === 'cancel' ? (
          <Field label="Why" optional className="mt-4">
            {control => (
              <Input {...control} value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
            )}
          </Field>
        ) : null}
        <AlertDialogFooter>
          {progress === null ? (
            <>
              <AlertDialogCancel>Keep them</AlertDialogCancel>
              <Button variant={kind === 'cancel' ? 'destructive' : 'primary'} onClick={() => void run()}>
                {verb} {formatCount(tasks.length)}
              </Button>
            </>
          ) : progress.isOver ? (
            <Button variant="primary" autoFocus onClick={close}>
              Close
            </Button>
          ) : (
            <Button onClick={() => stop.current?.abort()}>Stop</Button>
          )}
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}

interface BulkReportProps {
  progress: BulkProgress<TaskSummary>
  total: number
  done: string
}

function BulkReport({ progress, total, done }: BulkReportProps) {
  const { failed, succeeded, skipped } = progress
  const parts = [
    `${formatCount(succeeded)} of ${formatCount(total)} ${done}`,
    ...(failed.length > 0 ? [`${formatCount(failed.length)} failed`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} left alone`] : []),
  ]
  return (
    <div className="mt-4 grid gap-2">
      <Meter label="Progress" value={progress.done} max={Math.max(1, total)} valueText={parts[0] ?? ''} />
      <p role="status" className="num">
        {parts.join(', ')}
      </p>
      {failed.length > 0 ? (
        <ScrollArea label="Tasks that failed" className="max-h-48 rounded-md border">
          <ul className="divide-y">
            {failed.map(({ item, error }) => (
              <li key={item.id} className="px-3 py-1.5">
                <Link href={`/tasks/${item.id}`} className="hover:underline">
                  {item.type} <span className="font-mono text-faint-foreground text-xs">…{item.id.slice(-6)}</span>
                </Link>
                <p className="text-bad-text text-xs">{describeError(error).message}</p>
              </li>
            ))}
          </ul>
        </ScrollArea>
      ) : null}
    </div>
  )
}
