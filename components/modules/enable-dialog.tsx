'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactSkeleton } from '../impact/findings.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { EnableProgress } from './enable-progress.tsx'
import { useImpact } from './use-impact.ts'
import { useModuleRefresh } from './use-modules.ts'

/** Shows what has to be enabled and in which order, and does it. */
export function EnableDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const { data: impact, error: impactError } = useImpact(module.id)
  const { mutate, error, isPending } = useMutation(
    trpc.modules.enable.mutationOptions({
      onSuccess: () => {
        notify.done(`${module.name} is enabled`)
        onClose()
      },
      onSettled: () => void refresh(),
    }),
  )
  const order = impact?.enableOrder
  const needs = order?.slice(0, -1) ?? []
  /** As it was when it began: what is enabled already stays in sight. */
  const [begun, setBegun] = useState<readonly string[] | null>(null)
  const shown = begun ?? order
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Enable ${module.name}?`}
        description={
          needs.length > 0
            ? `It needs ${plural(needs.length, 'module')} that ${needs.length === 1 ? 'is' : 'are'} disabled. They are enabled in this order, each as soon as it is well:`
            : 'It is checked and given work at once.'
        }
      >
        <div className="mt-3 grid gap-3">
          {order ? null : impactError ? <ErrorLine error={impactError} /> : <ImpactSkeleton />}
          {shown && shown.length > 1 ? (
            <EnableProgress order={shown} isRunning={isPending} unhealthy={unhealthyOf(error)} />
          ) : null}
          {impact && impact.queuedTasks > 0 ? (
            <p className="num text-muted-foreground">
              {plural(impact.queuedTasks, 'queued task')} of its types can run then.
            </p>
          ) : null}
          <ErrorLine error={error} />
        </div>
        <AlertDialogFooter>
          <AlertDialogCancel />
          <ActionButton
            variant="primary"
            pending={isPending}
            reason={order ? null : 'What it needs is being looked up.'}
            onClick={() => {
              setBegun(order ?? null)
              mutate({ id: module.id, withDependencies: needs.length > 0 })
            }}
          >
            {needs.length > 0 ? 'Enable with what it needs' : 'Enable'}
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}

/** The module that was not well in time, when that is why it stopped. */
function unhealthyOf(error: unknown): string | null {
  const { code, details } = describeError(error)
  return code === 'DEPENDENCY_UNHEALTHY' ? String(details?.['unhealthy']) : null
}
