'use client'

import { Pause, Play, Radio, Unplug } from 'lucide-react'
import { useConnectionState } from '../data/connection-state.ts'
import { useLive } from '../data/live.tsx'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/cn.ts'

/** Shows whether the screen follows the fleet, and holds it still or lets it go on. */
export function LiveToggle() {
  const { pausedBy, toggle } = useLive()
  const { phase } = useConnectionState()
  const look =
    phase === 'lost'
      ? { icon: Unplug, label: 'Offline', tone: 'border-bad-line bg-bad-soft text-bad-text' }
      : pausedBy
        ? { icon: Pause, label: 'Paused', tone: 'border-warn-line bg-warn-soft text-warn-text' }
        : phase === 'connecting'
          ? { icon: Radio, label: 'Connecting', tone: 'text-muted-foreground' }
          : { icon: Radio, label: 'Live', tone: 'text-muted-foreground' }
  const act = pausedBy ? 'Resume live updates' : 'Pause live updates'
  const Icon = look.icon
  return (
    <Button
      size="sm"
      aria-label={`${look.label}. ${act}`}
      title={`${act} (L)`}
      onClick={toggle}
      className={cn('group min-w-27 justify-start max-sm:min-w-0', look.tone)}
    >
      <span className="relative grid place-items-center">
        <Icon
          aria-hidden
          className={cn('transition-opacity group-hover:opacity-0', look.label === 'Live' && 'text-ok-text')}
        />
        <span className="absolute opacity-0 transition-opacity group-hover:opacity-100">
          {pausedBy ? <Play aria-hidden /> : <Pause aria-hidden />}
        </span>
      </span>
      <span className="max-sm:hidden">{look.label}</span>
    </Button>
  )
}
