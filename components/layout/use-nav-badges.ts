'use client'

import { useQuery } from '@tanstack/react-query'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { plural } from '../ui/format.ts'
import type { Tone } from '../ui/status.ts'

/** A figure beside a place in the navigation. Without a tone it is plain information. */
export interface NavBadge {
  count: number
  tone: Tone | null
  /** The figure in words. */
  meaning: string
}

/** The figure of each place; null when there is nothing to say. */
export type NavBadges = Record<
  'attention' | 'modules' | 'tasks' | 'deadLetters' | 'breakers' | 'alerts' | 'suggestions',
  NavBadge | null
>

const suggestionsMs = 15_000

function badge(count: number, tone: Tone | null, meaning: string): NavBadge | null {
  return count > 0 ? { count, tone, meaning } : null
}

/** The live figures of the navigation. */
export function useNavBadges(): NavBadges {
  const pulse = useFleetPulse()
  const trpc = useTRPC()
  const waiting = useQuery(
    trpc.suggestions.waiting.queryOptions(undefined, { refetchInterval: useLiveInterval(suggestionsMs) }),
  ).data
  const suggestions = badge(waiting?.count ?? 0, null, `${plural(waiting?.count ?? 0, 'suggestion')} to decide`)
  if (!pulse) {
    const nothing = { attention: null, modules: null, tasks: null, deadLetters: null, breakers: null, alerts: null }
    return { ...nothing, suggestions }
  }
  const { attention, modules, queue, deadLetters, breakers, alerts } = pulse
  const grave = attention.some(item => item.severity === 'critical')
  const unhealthy = modules.filter(module => module.enabled && module.health === 'unhealthy').length
  const tripped = breakers.stats.open + breakers.stats.halfOpen
  return {
    attention: badge(attention.length, grave ? 'bad' : 'warn', `${plural(attention.length, 'thing')} for you`),
    alerts: badge(alerts.open, alerts.worst === 'critical' ? 'bad' : 'warn', `${plural(alerts.open, 'alert')} open`),
    modules: badge(unhealthy, 'bad', `${plural(unhealthy, 'module')} unhealthy`),
    tasks: badge(queue.running, null, `${plural(queue.running, 'task')} running`),
    deadLetters: badge(deadLetters.open, 'warn', `${plural(deadLetters.open, 'dead letter')} open`),
    suggestions,
    breakers: badge(tripped, breakers.stats.open > 0 ? 'bad' : 'warn', `${plural(tripped, 'breaker')} not closed`),
  }
}
