import { Activity, Save } from 'lucide-react'
import type { CheckpointView, TaskProgress, TaskView } from '#server/contracts/tasks.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { formatBytes } from '../ui/format.ts'
import { JsonView } from '../ui/json-view.tsx'
import { Meter } from '../ui/meter.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'

/** How far the running attempt is, and what was saved of the work; nothing when the module says nothing of either. */
export function ProgressCard({ task: { progress, checkpoint } }: { task: TaskView }) {
  if (!progress && !checkpoint) return null
  return (
    <Card>
      <CardHeader
        title={progress ? 'Progress' : 'Checkpoint'}
        note={progress ? <RelativeTime at={progress.at} /> : 'the next attempt goes on from here'}
      />
      <CardContent className="grid gap-3">
        {progress ? <ProgressLine progress={progress} /> : null}
        {checkpoint ? <CheckpointLine checkpoint={checkpoint} /> : null}
      </CardContent>
    </Card>
  )
}

function ProgressLine({ progress: { percent, stage, message } }: { progress: TaskProgress }) {
  const share = percent === null ? null : Math.round(percent)
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <Activity aria-hidden className="size-4 self-center text-busy-text" />
        <span className="font-medium">{stage ?? 'Working'}</span>
        {message ? <span className="min-w-0 break-words text-muted-foreground">{message}</span> : null}
        {share === null ? null : <span className="num ml-auto">{share} %</span>}
      </div>
      {share === null ? null : (
        <Meter label="Progress" value={share} max={100} valueText={`${share} percent`} tone="busy" />
      )}
    </div>
  )
}

function CheckpointLine({ checkpoint: { data, bytes, moduleId, savedAt } }: { checkpoint: CheckpointView }) {
  return (
    <details className="group">
      <summary className="flex cursor-pointer items-start gap-x-3 text-muted-foreground">
        <Save aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span className="min-w-0 break-words">
          Checkpoint saved <RelativeTime at={savedAt} /> by {moduleId},{' '}
          <span className="num">{formatBytes(bytes)}</span>
        </span>
      </summary>
      <div className="mt-2">
        <JsonView value={data} label="Checkpoint" />
      </div>
    </details>
  )
}
