'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactSkeleton } from '../impact/findings.tsx'
import { ImpactFindings } from '../impact/impact-panel.tsx'
import { useImpactPreview } from '../impact/use-impact-preview.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Textarea } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { GiveUpField } from './give-up-field.tsx'
import { useModuleRefresh } from './use-modules.ts'

/** Shows what disabling the module would touch, asks why, and refuses while others need it. */
export function DisableDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const { data: impact, error: impactError } = useImpactPreview({ act: 'disable_module', moduleId: module.id })
  const [reason, setReason] = useState('')
  const [giveUpAfterMs, setGiveUpAfterMs] = useState<number | null>(null)
  const { mutate, error, isPending } = useMutation(
    trpc.modules.disable.mutationOptions({
      onSuccess: () => {
        notify.done(`${module.name} is disabled`, { description: 'You can enable it again at any time.' })
        onClose()
      },
      onSettled: () => void refresh(),
    }),
  )
  const requiredBy = impact?.dependants.direct
  const isRequired = (requiredBy?.length ?? 0) > 0
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Disable ${module.name}?`}
        description="It is given no more work until somebody enables it."
        className="max-w-lg"
      >
        <div className="mt-4 grid gap-3">
          {impact ? (
            <ImpactFindings impact={impact} act="disable_module" />
          ) : impactError ? (
            <ErrorLine error={impactError} />
          ) : (
            <ImpactSkeleton />
          )}
          {isRequired ? null : (
            <Field label="Why" hint="Kept in the audit log and shown with the module.">
              {control => (
                <Textarea
                  {...control}
                  value={reason}
                  maxLength={500}
                  className="min-h-14"
                  onChange={event => setReason(event.target.value)}
                />
              )}
            </Field>
          )}
          {isRequired ? null : <GiveUpField value={giveUpAfterMs} onChange={setGiveUpAfterMs} />}
          <ErrorLine error={error} />
        </div>
        <AlertDialogFooter>
          <AlertDialogCancel />
          <ActionButton
            variant="destructive"
            pending={isPending}
            reason={refusalOf(requiredBy, reason)}
            onClick={() => mutate({ id: module.id, reason, giveUpAfterMs })}
          >
            Disable
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}

function refusalOf(requiredBy: readonly string[] | undefined, reason: string): string | null {
  if (requiredBy === undefined) return 'What it touches is being looked up.'
  if (requiredBy.length > 0) return `Required by ${requiredBy.join(', ')}.`
  return reason.trim() === '' ? 'Say why first.' : null
}
