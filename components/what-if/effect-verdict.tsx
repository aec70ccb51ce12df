import { ArrowDown, ArrowUp, Equal } from 'lucide-react'
import type { Effect } from '#server/contracts/simulations.ts'
import { cn } from '../ui/cn.ts'
import { noClaimWords } from './words.ts'

/** Whether a difference is a gain or a loss, or why it is neither. */
export function EffectVerdict({ effect }: { effect: Effect }) {
  if (effect.noClaim !== null) {
    return (
      <span className="flex items-start gap-1.5 text-muted-foreground">
        <Equal aria-hidden className="mt-0.5 size-3.5 shrink-0 max-sm:hidden" />
        <span title={noClaimWords[effect.noClaim]}>
          Not distinguishable<span className="max-sm:sr-only">: {noClaimWords[effect.noClaim]}</span>
        </span>
      </span>
    )
  }
  const isBetter = effect.claim === 'better'
  const Icon = effect.difference < 0 ? ArrowDown : ArrowUp
  return (
    <span className={cn('flex items-center gap-1.5 font-medium', isBetter ? 'text-ok-text' : 'text-bad-text')}>
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {isBetter ? 'Better' : 'Worse'}
    </span>
  )
}
