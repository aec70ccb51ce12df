import type { PreviewImpact } from '#server/contracts/impact.ts'
import type { PauseView } from '#server/contracts/queues.ts'

/** A part of the queue that can be held back. */
export type PauseTarget = { scope: 'all' } | { scope: 'module' | 'type'; id: string }

/** The pause of exactly this part; null when it is not held back by itself. */
export function pauseOf(pauses: readonly PauseView[], target: PauseTarget): PauseView | null {
  const id = target.scope === 'all' ? null : target.id
  return pauses.find(pause => pause.scope === target.scope && pause.id === id) ?? null
}

/** The part that a pause holds back. */
export function targetOf({ scope, id }: PauseView): PauseTarget {
  return scope === 'all' || id === null ? { scope: 'all' } : { scope, id }
}

/** The question what holding it back would touch. */
export function previewOf(target: PauseTarget): PreviewImpact {
  if (target.scope === 'all') return { act: 'pause_all' }
  return target.scope === 'module'
    ? { act: 'pause_module', moduleId: target.id }
    : { act: 'pause_type', type: target.id }
}

/** Its name within a sentence: `all work`, `module summarizer`, `type text.summarize`. */
export function nameOf(target: PauseTarget): string {
  return target.scope === 'all' ? 'all work' : `${target.scope} ${target.id}`
}

/** The same at the beginning of a sentence. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
