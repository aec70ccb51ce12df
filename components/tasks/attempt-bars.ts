import type { AttemptOutcome, AttemptView } from '#server/contracts/tasks.ts'

/** What a stretch of an attempt was spent with. */
export type BarKind = 'queued' | 'claimed' | 'running'

export interface AttemptSegment {
  kind: BarKind
  /** Milliseconds since the task was accepted. */
  startMs: number
  endMs: number
}

export interface AttemptBar {
  attempt: AttemptView
  outcome: AttemptOutcome
  segments: AttemptSegment[]
}

/** The attempts of a task on one scale of time. */
export interface AttemptScale {
  /** Length of the scale; never 0. */
  totalMs: number
  bars: AttemptBar[]
  /** Moments to mark, in milliseconds from the beginning, the first being 0. */
  ticks: number[]
}

export interface ScaleInput {
  createdAt: string
  finishedAt: string | null
  attempts: readonly AttemptView[]
  /** Epoch milliseconds; what is not over ends here. */
  now: number
}

const kinds = ['queued', 'claimed', 'running'] as const

/** Places every attempt from the acceptance of the task to its end, or to now. Times that run backwards become empty stretches. */
export function scaleAttempts({ createdAt, finishedAt, attempts, now }: ScaleInput): AttemptScale {
  const origin = Date.parse(createdAt)
  const since = (at: string | null) => Math.max(0, (at === null ? now : Date.parse(at)) - origin)
  const bars = attempts.map((attempt): AttemptBar => {
    const moments = [attempt.enqueuedAt, attempt.claimedAt, attempt.dispatchedAt, attempt.endedAt].map(since)
    const ordered = moments.map((_, index) => Math.max(...moments.slice(0, index + 1)))
    return {
      attempt,
      outcome: attempt.outcome,
      segments: kinds.map((kind, index) => ({ kind, startMs: ordered[index] ?? 0, endMs: ordered[index + 1] ?? 0 })),
    }
  })
  const ends = bars.flatMap(bar => bar.segments.map(segment => segment.endMs))
  const totalMs = Math.max(1, since(finishedAt), ...ends)
  return { totalMs, bars, ticks: ticksOf(totalMs, 5) }
}

/** Round moments, at most `most` of them and the last one not beyond the end. */
export function ticksOf(totalMs: number, most: number): number[] {
  const rough = totalMs / most
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(factor => factor * magnitude).find(each => each >= rough) ?? 10 * magnitude
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}
