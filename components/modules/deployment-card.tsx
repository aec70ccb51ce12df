'use client'

import { useQuery } from '@tanstack/react-query'
import type {
  DeploymentProgress,
  DeploymentState,
  DeploymentView,
  VersionCalls,
} from '#server/contracts/deployments.ts'
import { StackedBar } from '../charts/bars.tsx'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Badge } from '../ui/badge.tsx'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatCount, formatPercent, formatSetting } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import type { Tone } from '../ui/status.ts'
import { DeploymentActions } from './deployment-actions.tsx'

const refreshMs = 1_500

const looks: Record<DeploymentState, { label: string; tone: Tone }> = {
  joining: { label: 'New instances are joining', tone: 'busy' },
  stepping: { label: 'Under way', tone: 'busy' },
  draining: { label: 'Old instances finish', tone: 'busy' },
  paused: { label: 'Paused', tone: 'warn' },
  stopped: { label: 'Stopped itself', tone: 'bad' },
  rolling_back: { label: 'Rolling back', tone: 'warn' },
  completed: { label: 'Completed', tone: 'ok' },
  rolled_back: { label: 'Rolled back', tone: 'idle' },
}

/** How a new version comes in: its steps, what each version really gets and how it fails, and what is waited for. */
export function DeploymentCard({ moduleId, deployment }: { moduleId: string; deployment: DeploymentView }) {
  const trpc = useTRPC()
  const interval = useLiveInterval(refreshMs)
  const { data, error } = useQuery(
    trpc.deployments.get.queryOptions(
      { id: moduleId },
      {
        refetchInterval: ({ state }) =>
          isOf(state.data, deployment) && state.data?.deployment.endedAt ? false : interval,
      },
    ),
  )
  const shown = isOf(data, deployment) && deployment.endedAt === null ? data.deployment : deployment
  const isOver = shown.endedAt !== null
  const { label, tone } = looks[shown.state]
  return (
    <Card>
      <CardHeader
        title="Deployment"
        note={
          <span className="num">
            version {shown.version},{' '}
            {shown.fromVersions.length > 0 ? `after ${shown.fromVersions.join(', ')}` : 'the first'}
          </span>
        }
      />
      <CardContent className="grid gap-3">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Badge tone={tone}>{label}</Badge>
          <span className="text-muted-foreground">
            since <RelativeTime at={shown.endedAt ?? shown.since} />
          </span>
          {shown.reason ? (
            <span className={shown.state === 'stopped' ? 'text-bad-text' : ''}>
              {shown.reason} <span className="text-faint-foreground">({shown.reasonBy})</span>
            </span>
          ) : null}
        </p>
        <Steps deployment={shown} />
        {isOf(data, deployment) ? <Measured progress={data} /> : null}
        {data?.waitingFor && !isOver ? (
          <p className="text-muted-foreground">
            Waits for <span className="text-foreground">{data.waitingFor}</span>.
          </p>
        ) : null}
        <ErrorLine error={error} />
        <DeploymentActions moduleId={moduleId} deployment={shown} />
      </CardContent>
      <CardFooter>
        <p className="num">
          Started by {shown.startedBy} <RelativeTime at={shown.startedAt} /> · at least {formatCount(shown.minCalls)}{' '}
          calls and {formatSetting(shown.minStepMs)} a step · may fail {formatPercent(shown.tolerance)} more
        </p>
      </CardFooter>
    </Card>
  )
}

/** Whether what was measured is of this deployment, and not of the one before. */
function isOf(progress: DeploymentProgress | undefined, { id }: DeploymentView): progress is DeploymentProgress {
  return progress?.deployment.id === id
}

function Steps({ deployment: { steps, step, state } }: { deployment: DeploymentView }) {
  const isDone = state === 'draining' || state === 'completed'
  return (
    <ol aria-label="Steps" className="grid auto-cols-fr grid-flow-col gap-1">
      {steps.map((percent, index) => {
        const standing = isDone || index < step ? 'done' : index === step ? 'here' : 'ahead'
        return (
          <li key={percent} aria-current={standing === 'here' && !isDone ? 'step' : undefined}>
            <div
              className={cn(
                'h-1.5 rounded-full bg-muted',
                standing === 'done' && 'bg-ok',
                standing === 'here' && (state === 'stopped' ? 'bg-bad' : 'bg-primary'),
              )}
            />
            <span className={cn('num text-xs', standing === 'here' ? 'font-semibold' : 'text-muted-foreground')}>
              {percent} %<span className="sr-only"> {standing}</span>
            </span>
          </li>
        )
      })}
    </ol>
  )
}

/** What the versions really got in the step it is at; of the last step that had calls when there is none now. */
function Measured({ progress: { deployment, now, steps } }: { progress: DeploymentProgress }) {
  const hasCalls = (versions: VersionCalls[]) => versions.some(({ calls }) => calls > 0)
  const last = steps.findLast(({ versions }) => hasCalls(versions))
  const versions = hasCalls(now) ? now : last?.versions
  const meant = hasCalls(now) ? deployment.share : (last?.percent ?? 0) / 100
  if (!versions) return <p className="text-muted-foreground">No call has ended since it began.</p>
  const sorted = versions.toSorted((a, b) => Number(b.isNew) - Number(a.isNew))
  return (
    <div className="grid gap-2">
      <StackedBar
        label="Calls by version"
        segments={sorted.map(({ version, calls, isNew }) => ({
          name: `Version ${version}`,
          value: calls,
          fill: isNew ? 1 : 3,
        }))}
      />
      <ul className="num grid gap-0.5 text-xs">
        {sorted.map(({ version, calls, failures, share, isNew }) => (
          <li key={version} className="flex flex-wrap gap-x-2">
            <span className="font-medium">version {version}</span>
            <span>
              {formatPercent(share)} of the calls{isNew ? `, meant ${formatPercent(meant)}` : ''}
            </span>
            <span className={failures > 0 ? 'text-bad-text' : 'text-muted-foreground'}>
              {formatCount(failures)} of {formatCount(calls)} failed
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
