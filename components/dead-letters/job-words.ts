import type { DeadLetterJob, TrialView } from '#server/contracts/dead-letters.ts'
import { formatCount, formatPercent, plural } from '../ui/format.ts'

/** What a job does, as its title. */
export function jobTitle({ kind, total }: Pick<DeadLetterJob, 'kind' | 'total'>): string {
  return `${kind === 'reprocess' ? 'Reprocess' : 'Discard'} ${plural(total, 'letter')}`
}

/** How far it is, in words. */
export function jobProgress(job: Pick<DeadLetterJob, 'kind' | 'total' | 'done' | 'refused' | 'skipped'>): string {
  const { kind, total, done, refused, skipped } = job
  return [
    `${formatCount(done)} of ${formatCount(total)} ${kind === 'reprocess' ? 'reprocessed' : 'discarded'}`,
    ...(refused > 0 ? [`${formatCount(refused)} refused`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} dealt with by others`] : []),
  ].join(', ')
}

/** What the sample came to so far, and what to expect of the rest. */
export function trialWords({ size, ended, succeeded, rate, low, high }: TrialView): string {
  if (rate === null || low === null || high === null) return `Sample of ${formatCount(size)}: none has ended yet.`
  const soFar = ended < size ? `${formatCount(ended)} of ${formatCount(size)} ended, ` : ''
  return `Sample of ${formatCount(size)}: ${soFar}${formatCount(succeeded)} succeeded. Expect ${formatPercent(rate)} success (${formatPercent(low)} to ${formatPercent(high)}).`
}

/** Why a job makes no progress now. */
export function waitingWords(code: string): string {
  switch (code) {
    case 'QUEUE_FULL':
      return 'It waits: the queue is full. It goes on by itself.'
    case 'DATABASE_UNAVAILABLE':
      return 'It waits for the database, and goes on by itself.'
    default:
      return `It waits (${code}), and goes on by itself.`
  }
}
