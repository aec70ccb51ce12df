import type { RuleLevel } from '../../contracts/alerts.ts'

/** One level of one rule for one subject: whether it holds, by what was seen for long enough. */
export interface LevelState {
  isActive: boolean
  /** Since when what is seen has said the contrary, in ms since the epoch; null while it agrees. */
  turnedAt: number | null
}

/** Whether a figure is on the wrong side of a level's threshold. */
export function isBeyond(value: number, { threshold }: RuleLevel, direction: 'above' | 'below' | 'is'): boolean {
  if (threshold === null || direction === 'is') return value > 0
  return direction === 'above' ? value > threshold : value < threshold
}

/**
 * The state after a look that found `holds`: it changes sides only when every look for `forMs` (to become active) or `clearMs` (to
 * become inactive) has said so. This is what keeps a figure that swings around its threshold from raising one alert after the other.
 */
export function nextLevelState(
  before: LevelState,
  holds: boolean,
  waits: { forMs: number; clearMs: number },
  nowMs: number,
): LevelState {
  if (holds === before.isActive) return before.turnedAt === null ? before : { ...before, turnedAt: null }
  const turnedAt = before.turnedAt ?? nowMs
  const waitMs = before.isActive ? waits.clearMs : waits.forMs
  return nowMs - turnedAt >= waitMs ? { isActive: holds, turnedAt: null } : { ...before, turnedAt }
}

/** The gravest active level; null when none is. */
export function activeLevel(states: readonly LevelState[]): number | null {
  const level = states.findLastIndex(({ isActive }) => isActive)
  return level === -1 ? null : level
}
