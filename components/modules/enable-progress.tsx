'use client'

import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react'
import { useTRPC } from '../data/trpc.ts'
import { cn } from '../ui/cn.ts'
import { StatusText } from '../ui/status-badge.tsx'

const refreshMs = 500

const looks = {
  enabled: { icon: CircleCheck, words: 'enabled', className: 'text-ok-text' },
  checking: {
    icon: LoaderCircle,
    words: 'waiting until it is well',
    className: 'text-busy-text motion-safe:animate-spin',
  },
  failed: { icon: CircleX, words: 'not well; it stays disabled', className: 'text-bad-text' },
  ahead: { icon: CircleDashed, words: 'after those above', className: 'text-faint-foreground' },
} as const

export interface EnableProgressProps {
  /** What is enabled, in order; ends with the module itself. */
  order: readonly string[]
  isRunning: boolean
  /** The one that was not well in time. */
  unhealthy: string | null
}

/** Modules that are enabled one after another, each as far as it is by now, whichever replica does it. */
export function EnableProgress({ order, isRunning, unhealthy }: EnableProgressProps) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.modules.list.queryOptions({}, { refetchInterval: isRunning ? refreshMs : false }))
  const known = new Map(data?.items.map(module => [module.id, module]))
  const first = order.find(id => known.get(id)?.enabled !== true)
  const standingOf = (id: string) => {
    if (known.get(id)?.enabled) return 'enabled'
    if (id === unhealthy) return 'failed'
    return isRunning && id === first ? 'checking' : 'ahead'
  }
  return (
    <ol aria-label="What is enabled, in order" className="grid gap-1 rounded-md border px-3 py-2">
      {order.map((id, index) => {
        const standing = standingOf(id)
        const { icon: Icon, words, className } = looks[standing]
        const module = known.get(id)
        return (
          <li key={id} className="flex items-center gap-2">
            <Icon aria-hidden className={cn('size-4 shrink-0', className)} />
            <span className="num text-faint-foreground text-xs">{index + 1}.</span>
            <span className="truncate">{module?.name ?? id}</span>
            <span className="ml-auto flex items-center gap-2 text-muted-foreground text-xs">
              {module && standing !== 'ahead' ? <StatusText of="health" status={module.health} /> : null}
              {isRunning || standing !== 'ahead' ? words : 'disabled'}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
