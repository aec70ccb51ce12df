'use client'

import { Pencil, Power, PowerOff, Rocket, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useRefusal } from '../data/viewer.tsx'
import { PauseButton } from '../queue/pause-button.tsx'
import { PauseNotes } from '../queue/pause-notes.tsx'
import { pauseOf } from '../queue/pause-words.ts'
import { usePauses } from '../queue/use-pauses.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { formatScore, plural } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

const EnableDialog = onDemand(() => import('./enable-dialog.tsx').then(module => module.EnableDialog))
const DisableDialog = onDemand(() => import('./disable-dialog.tsx').then(module => module.DisableDialog))
const DeployDialog = onDemand(() => import('./deploy-dialog.tsx').then(module => module.DeployDialog))
const EditModuleDialog = onDemand(() => import('./edit-module-dialog.tsx').then(module => module.EditModuleDialog))
const RemoveModuleDialog = onDemand(() =>
  import('./remove-module-dialog.tsx').then(module => module.RemoveModuleDialog),
)

type Open = 'enable' | 'disable' | 'edit' | 'remove' | 'deploy' | null

/** What the module is and how it is, and what can be done with it. */
export function ModuleHeader({ module }: { module: ModuleView }) {
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const { id, name, category, version, owner, enabled, health, healthScore, breaker, disabled } = module
  const target = { scope: 'module', id } as const
  const pause = pauseOf(usePauses(), target)
  return (
    <>
      <PageHeader
        title={name}
        trail={[{ href: '/modules', label: 'Modules' }]}
        badges={
          <>
            <StatusBadge of="enablement" status={enabled ? 'enabled' : 'disabled'} />
            <StatusBadge
              of="health"
              status={health}
              suffix={healthScore === null ? undefined : formatScore(Math.round(healthScore))}
            />
            {pause ? <Badge tone="warn">Paused</Badge> : null}
            {breaker === 'closed' ? null : <StatusBadge of="breaker" status={breaker} suffix="breaker" />}
          </>
        }
        description={
          <span className="flex flex-wrap gap-x-3">
            <span className="font-mono text-xs leading-5">{id}</span>
            <span>{category}</span>
            <span className="num">version {version}</span>
            {owner ? <span>owned by {owner}</span> : null}
          </span>
        }
        actions={
          <>
            <PauseButton target={target} />
            <ActionButton reason={refusal ?? deployingReason(module.deployment)} onClick={() => setOpen('deploy')}>
              <Rocket aria-hidden />
              Deploy
            </ActionButton>
            <ActionButton reason={refusal} onClick={() => setOpen('edit')}>
              <Pencil aria-hidden />
              Edit
            </ActionButton>
            {enabled ? (
              <ActionButton reason={refusal} onClick={() => setOpen('disable')}>
                <PowerOff aria-hidden />
                Disable
              </ActionButton>
            ) : (
              <>
                <ActionButton variant="primary" reason={refusal} onClick={() => setOpen('enable')}>
                  <Power aria-hidden />
                  Enable
                </ActionButton>
                <ActionButton reason={refusal} onClick={() => setOpen('remove')}>
                  <Trash2 aria-hidden />
                  Remove
                </ActionButton>
              </>
            )}
          </>
        }
      />
      {module.description ? <p className="-mt-2 mb-4 max-w-prose text-muted-foreground">{module.description}</p> : null}
      <PauseNotes pauses={pause ? [pause] : []} hasButton={false} />
      {disabled ? (
        <p className="mb-4 rounded-md border border-idle-line bg-idle-soft px-3 py-2">
          Disabled by {disabled.by} <RelativeTime at={disabled.at} />: {disabled.reason}
          {module.inFlight > 0 ? (
            <span className="num block text-warn-text text-xs">
              {plural(module.inFlight, 'running call')} left
              {disabled.giveUpAt === null ? (
                ', which may take the time they need.'
              ) : (
                <>
                  , ended at <Moment at={disabled.giveUpAt} />.
                </>
              )}
            </span>
          ) : null}
        </p>
      ) : null}
      {open === 'enable' ? <EnableDialog module={module} onClose={close} /> : null}
      {open === 'disable' ? <DisableDialog module={module} onClose={close} /> : null}
      {open === 'deploy' ? <DeployDialog module={module} onClose={close} /> : null}
      {open === 'edit' ? <EditModuleDialog module={module} onClose={close} /> : null}
      {open === 'remove' ? <RemoveModuleDialog module={module} onClose={close} /> : null}
    </>
  )
}

function deployingReason(deployment: ModuleView['deployment']): string | null {
  if (deployment === null || deployment.endedAt !== null) return null
  return `Version ${deployment.version} is being deployed already.`
}
