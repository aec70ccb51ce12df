import type { SuggestionStatus } from '../../contracts/suggestions.ts'
import { QuarterdeckError } from '../shared/errors.ts'

/** Everything that can happen to a suggestion. */
export type SuggestionAct =
  | 'refresh'
  | 'approve'
  | 'reject'
  | 'snooze'
  | 'wake'
  | 'expire'
  | 'void'
  | 'apply'
  | 'judge'
  | 'revert'
  | 'reopen'

/** The one table of a suggestion's life: what may happen in which state, and where it leads. What it does not name is refused. */
export const transitions: Readonly<Record<SuggestionStatus, Partial<Record<SuggestionAct, SuggestionStatus>>>> = {
  open: { refresh: 'open', approve: 'approved', reject: 'rejected', snooze: 'snoozed' },
  snoozed: { refresh: 'snoozed', wake: 'open', approve: 'approved', reject: 'rejected', snooze: 'snoozed' },
  approved: { apply: 'applied', expire: 'expired', void: 'voided', reject: 'rejected' },
  expired: { refresh: 'expired', approve: 'approved', reject: 'rejected', snooze: 'snoozed' },
  voided: { refresh: 'voided', approve: 'approved', reject: 'rejected', snooze: 'snoozed' },
  applied: { judge: 'judged', revert: 'reverted' },
  // What somebody reports from outside stands over what was measured.
  judged: { judge: 'judged', revert: 'reverted' },
  reverted: {},
  rejected: { reopen: 'open' },
}

/** The names of acts in history, audit and words. */
export const actNames = {
  refresh: 'refreshed',
  approve: 'approved',
  reject: 'rejected',
  snooze: 'snoozed',
  wake: 'woken',
  expire: 'expired',
  void: 'voided',
  apply: 'applied',
  judge: 'judged',
  revert: 'reverted',
  reopen: 'reopened',
} as const satisfies Record<SuggestionAct, string>

const whatNow: Record<SuggestionStatus, string> = {
  open: 'It has to be approved first.',
  snoozed: 'It has to be approved first.',
  approved: 'Apply it, or reject it to withdraw the approval.',
  expired: 'The approval has run out; look at it again and approve it anew.',
  voided: 'What it was approved for has changed; look at the differences and approve it anew.',
  applied: 'It can be reverted, or judged by what happened since.',
  judged: 'It can be reverted.',
  reverted: 'It was taken back and is over.',
  rejected: 'It was rejected; analyze again when things have changed.',
}

/** Whether `act` is possible in `status`. */
export function mayHappen(status: SuggestionStatus, act: SuggestionAct): boolean {
  return transitions[status][act] !== undefined
}

/** Throws SUGGESTION_STATE when `act` is not possible in `status`. */
export function requireTransition(status: SuggestionStatus, act: SuggestionAct): void {
  if (mayHappen(status, act)) return
  throw new QuarterdeckError('SUGGESTION_STATE', {
    message: `A suggestion that is ${status} cannot be ${actNames[act]}.`,
    action: whatNow[status],
    details: { status, possible: Object.keys(transitions[status]) },
  })
}
