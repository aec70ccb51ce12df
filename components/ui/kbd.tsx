'use client'

import { useSyncExternalStore } from 'react'
import { cn } from './cn.ts'

const names: Record<string, string> = { enter: '↵', escape: 'Esc', space: 'Space', shift: '⇧' }
const never = () => () => {}

/** Keys to press, each in its own cap: `g m`, `mod k` (`mod` is ⌘ on a Mac, else Ctrl). */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  const mod = useSyncExternalStore(
    never,
    () => (/mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl'),
    () => 'Ctrl',
  )
  return (
    <span className={cn('inline-flex gap-0.5', className)}>
      {keys.split(' ').map((key, index) => (
        <kbd
          key={`${index}-${key}`}
          className="inline-grid h-4.5 min-w-4.5 place-items-center rounded-sm border border-border-strong bg-muted px-1 font-sans text-2xs text-muted-foreground"
        >
          {key === 'mod' ? mod : (names[key] ?? (key.length === 1 ? key.toUpperCase() : key))}
        </kbd>
      ))}
    </span>
  )
}
