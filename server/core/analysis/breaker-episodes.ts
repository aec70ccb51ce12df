import type { BreakerEpisode, RecordedBreakerChange } from './fleet-evidence.ts'
import { spanMs } from './spans.ts'

interface Window {
  from: number
  to: number
}

/**
 * The times in which breakers were not closed, from the changes that replicas recorded. Episodes of one instance that overlap, as
 * replicas follow each other, are one. What an operator forced or reset is left out: it says nothing about thresholds.
 */
export function breakerEpisodes(changes: readonly RecordedBreakerChange[], window: Window): BreakerEpisode[] {
  const own = changes.filter(({ at }) => at >= window.from && at < window.to)
  const ofBreakers = Map.groupBy(own, ({ moduleId, instanceId }) => `${moduleId}/${instanceId}`)
  return [...ofBreakers.values()].flatMap(ofBreaker => {
    const byReplica = Map.groupBy(ofBreaker, ({ replicaId }) => replicaId)
    return mergeEpisodes([...byReplica.values()].flatMap(episodesOf))
  })
}

/** Failures in a row opened it, and the first probe found nothing wrong. */
export function isHarmless({ reason, closedAt, failedProbes }: BreakerEpisode): boolean {
  return isByFailuresInRow({ reason }) && closedAt !== null && failedProbes === 0
}

export function isByFailuresInRow({ reason }: Pick<BreakerEpisode, 'reason'>): boolean {
  return reason.includes('in a row')
}

/** Of one breaker on one replica. */
function episodesOf(changes: readonly RecordedBreakerChange[]): BreakerEpisode[] {
  const episodes: BreakerEpisode[] = []
  let current: BreakerEpisode | null = null
  for (const { moduleId, instanceId, at, from, to, reason } of changes.toSorted((a, b) => a.at - b.at)) {
    const isByHand = /^(forced|reset) /.test(reason)
    if (isByHand) {
      current = null
    } else if (from === 'closed' && to === 'open') {
      const none = { closedAt: null, failedProbes: 0 }
      current = { moduleId, instanceId, openedAt: at, ...none, reason, span: Math.floor(at / spanMs) }
      episodes.push(current)
    } else if (current !== null && from === 'half_open' && to === 'open') {
      current.failedProbes++
    } else if (current !== null && to === 'closed') {
      current.closedAt = at
      current = null
    }
  }
  return episodes
}

function mergeEpisodes(episodes: readonly BreakerEpisode[]): BreakerEpisode[] {
  const merged: BreakerEpisode[] = []
  for (const episode of episodes.toSorted((a, b) => a.openedAt - b.openedAt)) {
    const last = merged.at(-1)
    if (!last || (last.closedAt !== null && last.closedAt < episode.openedAt)) {
      merged.push({ ...episode })
      continue
    }
    const isOver = last.closedAt !== null && episode.closedAt !== null
    last.closedAt = isOver ? Math.max(last.closedAt ?? 0, episode.closedAt ?? 0) : null
    last.failedProbes = Math.max(last.failedProbes, episode.failedProbes)
  }
  return merged
}
