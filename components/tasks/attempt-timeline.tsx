'use client'

import { useId, useState } from 'react'
import type { TaskView } from '#server/contracts/tasks.ts'
import { useNow } from '../data/use-now.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { cn } from '../ui/cn.ts'
import { formatCount, formatMs } from '../ui/format.ts'
import { statusLook, toneClasses } from '../ui/status.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import { type AttemptBar, type AttemptScale, type AttemptSegment, scaleAttempts } from './attempt-bars.ts'
import { isEnded } from './task-words.ts'

/** A task may have been put off hundreds of times by busy modules; the last ones are drawn. */
const mostBars = 40

/** The attempts drawn to scale: one bar each, from its queueing to its end. */
export function AttemptTimeline({ task }: { task: TaskView }) {
  return task.attempts.length === 0 ? null : isEnded(task.status) ? (
    <TimelineCard task={task} now={Date.parse(task.finishedAt ?? task.createdAt)} />
  ) : (
    <LiveTimeline task={task} />
  )
}

function LiveTimeline({ task }: { task: TaskView }) {
  return <TimelineCard task={task} now={useNow()} />
}

function TimelineCard({ task, now }: { task: TaskView; now: number }) {
  const [onlyFailed, setOnlyFailed] = useState(false)
  const checkbox = useId()
  const wanted = onlyFailed ? task.attempts.filter(({ outcome }) => outcome !== 'succeeded') : task.attempts
  const scale = scaleAttempts({ ...task, attempts: wanted.slice(-mostBars), now })
  const hidden = wanted.length - scale.bars.length
  return (
    <Card>
      <CardHeader
        title="Timeline"
        note={
          <span className="num">
            {formatMs(scale.totalMs)} from acceptance to {isEnded(task.status) ? 'end' : 'now'}
          </span>
        }
        actions={
          task.attempts.length > 3 ? (
            <label htmlFor={checkbox} className="flex items-center gap-2 text-muted-foreground text-xs">
              <Checkbox id={checkbox} checked={onlyFailed} onCheckedChange={setOnlyFailed} />
              Only failed
            </label>
          ) : null
        }
      />
      <CardContent>
        {hidden > 0 ? (
          <p className="mb-2 text-muted-foreground text-xs">
            The last {mostBars} of {wanted.length} attempts.
          </p>
        ) : null}
        <div className="grid grid-cols-[auto_1fr_auto] items-center gap-x-3 gap-y-1.5 md:grid-cols-[minmax(0,12rem)_1fr_auto]">
          {scale.bars.map(bar => (
            <BarRow key={`${bar.attempt.number} ${bar.attempt.dispatchedAt}`} bar={bar} totalMs={scale.totalMs} />
          ))}
          <Ticks scale={scale} />
        </div>
        <Legend />
      </CardContent>
    </Card>
  )
}

const fills = {
  queued: 'bg-wait/35 bg-[repeating-linear-gradient(135deg,transparent_0_4px,var(--card)_4px_6px)]',
  claimed: 'bg-faint-foreground/60',
} as const

function BarRow({ bar, totalMs }: { bar: AttemptBar; totalMs: number }) {
  const { attempt, outcome, segments } = bar
  const look = statusLook('attempt', outcome)
  const words = segments.map(({ kind, startMs, endMs }) => `${kind} ${formatExact(endMs - startMs)}`).join(', ')
  const running = segments.find(segment => segment.kind === 'running')
  return (
    <>
      <span className="flex min-w-0 items-baseline gap-1.5">
        <span className="num text-faint-foreground">#{attempt.number}</span>
        <span className="truncate max-md:hidden" title={attempt.moduleId}>
          {attempt.moduleId}
        </span>
      </span>
      <Tooltip
        content={
          <span className="num block">
            <strong>
              Attempt {attempt.number}: {look.label.toLowerCase()}
            </strong>
            {segments.map(({ kind, startMs, endMs }) => (
              <span key={kind} className="block">
                {kind} {formatExact(endMs - startMs)}, from +{formatExact(startMs)} to +{formatExact(endMs)}
              </span>
            ))}
          </span>
        }
      >
        <button
          type="button"
          aria-label={`Attempt ${attempt.number} on ${attempt.moduleId}, ${look.label.toLowerCase()}: ${words}`}
          className="relative h-5 w-full cursor-default rounded-sm bg-muted/60"
        >
          {segments.map(segment => (
            <span
              key={segment.kind}
              aria-hidden
              className={cn(
                'absolute inset-y-0.5 rounded-[2px]',
                segment.kind === 'running' ? toneClasses[look.tone].solid : fills[segment.kind],
              )}
              style={placeOf(segment, totalMs)}
            />
          ))}
        </button>
      </Tooltip>
      <span
        className={cn(
          'num flex items-center justify-end gap-1.5 whitespace-nowrap text-xs',
          toneClasses[look.tone].text,
        )}
      >
        <look.icon aria-hidden className="size-3.5" />
        {formatMs(running ? running.endMs - running.startMs : null)}
      </span>
    </>
  )
}

/** Where a stretch lies; what lasted any time at all stays visible. */
function placeOf({ startMs, endMs }: AttemptSegment, totalMs: number) {
  if (endMs <= startMs) return { display: 'none' }
  return {
    left: `min(${(startMs / totalMs) * 100}%, 100% - 2px)`,
    width: `max(2px, ${((endMs - startMs) / totalMs) * 100}%)`,
  }
}

/** To the millisecond: `1,204 ms`. */
function formatExact(ms: number): string {
  return `${formatCount(Math.round(ms))} ms`
}

function Ticks({ scale: { ticks, totalMs } }: { scale: AttemptScale }) {
  return (
    <div aria-hidden className="relative col-start-2 h-4 border-t text-2xs text-faint-foreground">
      {ticks.map(tick => (
        <span
          key={tick}
          className="num absolute top-0 whitespace-nowrap border-l pt-0.5 pl-1 leading-3"
          style={{ left: `${(tick / totalMs) * 100}%`, display: tick / totalMs > 0.9 ? 'none' : undefined }}
        >
          {formatMs(tick)}
        </span>
      ))}
    </div>
  )
}

function Legend() {
  return (
    <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-muted-foreground text-xs">
      {(['queued', 'claimed'] as const).map(kind => (
        <span key={kind} className="inline-flex items-center gap-1.5">
          <span aria-hidden className={cn('inline-block h-2.5 w-4 rounded-[2px]', fills[kind])} />
          {kind === 'queued' ? 'waiting for its turn' : 'claimed, not yet called'}
        </span>
      ))}
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="inline-block h-2.5 w-4 rounded-[2px] bg-ok" />
        being worked on, in the colour of the outcome
      </span>
    </p>
  )
}
