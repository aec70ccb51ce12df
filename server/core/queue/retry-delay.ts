import type { RetryPolicy } from '../../contracts/modules.ts'
import type { Random } from '../shared/ids.ts'

/**
 * Milliseconds to wait before the next attempt, after `attempts` failed ones. Exponential: full jitter, a uniform choice
 * between 0 and min(cap, base × factor^(attempts-1)) (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
 * 2015). Linear: base × attempts, at most the cap, without jitter, as the sources have it (5, 10, 15 s).
 */
export function retryDelayMs(policy: RetryPolicy, attempts: number, random: Random): number {
  if (policy.backoff === 'linear') return Math.min(policy.capMs, policy.baseMs * attempts)
  const ceiling = Math.min(policy.capMs, policy.baseMs * policy.factor ** (attempts - 1))
  return Math.round(random() * ceiling)
}
