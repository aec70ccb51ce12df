import type { ModuleView } from '#server/contracts/modules.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { differencesBetween } from './threshold-fields.ts'
import { type ThresholdValues, toValues } from './threshold-values.ts'

export interface ThresholdConflictProps {
  /** What the edit was made on. */
  base: ThresholdValues
  /** The module as somebody else has saved it meanwhile. */
  newest: ModuleView
  pending: boolean
  onOverwrite: () => void
  onTakeTheirs: () => void
}

/** Somebody else saved first: what they changed, and the two ways on. What was typed stays in the form above. */
export function ThresholdConflict({ base, newest, pending, onOverwrite, onTakeTheirs }: ThresholdConflictProps) {
  const theirs = differencesBetween(base, toValues(newest.breakerConfig))
  return (
    <div role="alert" className="grid gap-2 rounded-md border border-warn-line bg-warn-soft p-3 text-warn-text">
      <p className="font-medium">Somebody else saved this module meanwhile (version {newest.configVersion}).</p>
      {theirs.length === 0 ? (
        <p>They changed something else of it, not these rules.</p>
      ) : (
        <ul className="grid gap-0.5">
          {theirs.map(({ label, before, after }) => (
            <li key={label} className="num">
              {label}: {before} → <span className="font-medium">{after}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button onClick={onTakeTheirs}>Take theirs</Button>
        <ActionButton pending={pending} onClick={onOverwrite}>
          Save mine over it
        </ActionButton>
      </div>
    </div>
  )
}
