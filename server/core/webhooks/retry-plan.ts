const minute = 60_000
const hour = 60 * minute

/** As Standard Webhooks proposes: at once, then after so long each; about 28 hours in all. */
const waitsMs = [5_000, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour]
const longestAskedMs = 24 * hour

/**
 * Ms until the next attempt after `attempts` have failed, spread by up to a fifth so that receivers that were down are not
 * called by all at once; null when it is given up. A receiver that asks for longer is given longer, up to a day.
 */
export function nextAttemptInMs(attempts: number, retryAfterMs: number | null, random: number): number | null {
  const wait = waitsMs[attempts - 1]
  if (wait === undefined) return null
  return Math.round(Math.max(wait * (1 + random / 5), Math.min(retryAfterMs ?? 0, longestAskedMs)))
}
