import { cn } from './cn.ts'

/** Keys to press, each in its own cap: `keys="g m"`, `keys="mod k"` (`mod` is ⌘ or Ctrl). */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <span className={cn('inline-flex gap-0.5', className)}>
      {keys.split(' ').map((key, index) => (
        <kbd
          key={`${index}-${key}`}
          className="inline-grid h-4.5 min-w-4.5 place-items-center rounded-sm border border-border-strong bg-muted px-1 font-sans text-2xs text-muted-foreground"
        >
          {labels[key] ?? key}
        </kbd>
      ))}
    </span>
  )
}

const labels: Record<string, string> = { mod: 'Ctrl', enter: '↵', escape: 'Esc', space: 'Space', shift: '⇧' }
