'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { stopsWork } from '../impact/stops-work.ts'
import { useImpactPreview } from '../impact/use-impact-preview.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { GiveUpField } from './give-up-field.tsx'
import { useModuleRefresh } from './use-modules.ts'

/**
 * Shows what disabling the module would touch, asks why, and refuses while others need it. When nobody else can do some of
 * its work, its id has to be typed.
 */
export function DisableDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const preview = { act: 'disable_module', moduleId: module.id } as const
  const { data: impact, isPending: isLooking } = useImpactPreview(preview)
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
  return (
    <ReasonDialog
      title={`Disable ${module.name}?`}
      description="It is given no more work until somebody enables it."
      placeholder="Replaced by another service until the licence is renewed"
      act="Disable"
      variant="destructive"
      refusal={isLooking ? 'What it touches is being looked up.' : refusalOf(impact?.dependants.direct ?? [])}
      {...(impact && stopsWork(impact) ? { phrase: module.id } : {})}
      pending={isPending}
      error={error}
      onAct={reason => mutate({ id: module.id, reason, giveUpAfterMs })}
      onClose={onClose}
      effect={<ImpactPanel input={preview} />}
    >
      <GiveUpField value={giveUpAfterMs} onChange={setGiveUpAfterMs} />
    </ReasonDialog>
  )
}

function refusalOf(requiredBy: readonly string[]): string | null {
  return requiredBy.length > 0 ? `Required by ${requiredBy.join(', ')}.` : null
}
