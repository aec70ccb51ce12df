'use client'

import { cn } from './cn.ts'
import { formatCompact } from './format.ts'

export interface FilterChip {
  key: string
  label: string
  /** How many it would show. */
  count?: number | undefined
  /** What it means, on hover. */
  meaning?: string | undefined
  chosen: boolean
  onToggle: () => void
}

/** Conditions of a list that are on or off; scrolls sideways on phones. */
export function FilterChips({ label, chips }: { label: string; chips: readonly FilterChip[] }) {
  return (
    <div
      role="group"
      aria-label={label}
      className="-mx-4 flex gap-1.5 overflow-x-auto px-4 py-px [scrollbar-width:none] md:mx-0 md:flex-wrap md:px-0"
    >
      {chips.map(({ key, label: name, count, meaning, chosen, onToggle }) => (
        <button
          key={key}
          type="button"
          aria-pressed={chosen}
          title={meaning}
          onClick={onToggle}
          className={cn(
            'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 font-medium text-xs transition-colors max-md:h-8',
            chosen
              ? 'border-primary-line bg-primary-soft text-primary-text'
              : 'border-border text-muted-foreground hover:bg-accent hover:text-foreground',
          )}
        >
          {name}
          {count === undefined ? null : <span className="num font-normal opacity-80">{formatCompact(count)}</span>}
        </button>
      ))}
    </div>
  )
}
