/** Running totals of tasks that ended, at one moment (ms since the epoch). */
export interface BudgetSample {
  at: number
  good: number
  bad: number
}

const sampleEveryMs = 60_000
const longestMs = 6 * 3_600_000
/** With fewer ended tasks a share says nothing: one failure of three would burn 33 times a budget of 1 %. */
const leastTasks = 20

/** Adds the totals of now to what is remembered: one sample a minute, for six hours. Answers the same array when nothing is due. */
export function noteSample(samples: readonly BudgetSample[], sample: BudgetSample): readonly BudgetSample[] {
  const last = samples.at(-1)
  if (last && sample.at - last.at < sampleEveryMs) return samples
  const oldest = sample.at - longestMs - sampleEveryMs
  return [...samples.filter(({ at }) => at >= oldest), sample]
}

/** What became of tasks in one window, and how many times as fast as the objective allows the budget was used. */
export interface Burn {
  ended: number
  bad: number
  /** Null when too few ended to tell. */
  rate: number | null
}

/** Over the last `windowMs`, or as far back as samples go. */
export function burnOver(
  samples: readonly BudgetSample[],
  now: BudgetSample,
  windowMs: number,
  objectivePercent: number,
): Burn {
  const first = samples.find(({ at }) => at >= now.at - windowMs) ?? now
  const bad = Math.max(0, now.bad - first.bad)
  const ended = bad + Math.max(0, now.good - first.good)
  const allowed = 1 - objectivePercent / 100
  return { ended, bad, rate: ended < leastTasks ? null : bad / ended / allowed }
}

/**
 * The multiwindow, multi-burn-rate rule of the Site Reliability Workbook (Google, 2018, chapter 5, "Alerting on SLOs"): it holds
 * when both a long and a short window burn faster than the threshold, so it comes soon and goes soon. The answer is the lesser
 * of the two; null when a window holds too few tasks.
 */
export function multiwindowBurn(
  samples: readonly BudgetSample[],
  now: BudgetSample,
  windows: { longMs: number; shortMs: number },
  objectivePercent: number,
): { value: number; long: Burn; short: Burn } | null {
  const long = burnOver(samples, now, windows.longMs, objectivePercent)
  const short = burnOver(samples, now, windows.shortMs, objectivePercent)
  if (long.rate === null || short.rate === null) return null
  return { value: Math.min(long.rate, short.rate), long, short }
}
