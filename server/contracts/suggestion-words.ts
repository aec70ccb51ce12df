/** Names that pages need at run time; without zod, so that a page does not load it. */
export const suggestionStatuses = [
  'open',
  'snoozed',
  'approved',
  'voided',
  'expired',
  'applied',
  'judged',
  'reverted',
  'rejected',
] as const

/** Weakest first. */
export const suggestionPriorities = ['low', 'medium', 'high', 'critical'] as const

/** A verdict waits for tasks, where too few have ended, up to so many times as long as is observed at least. */
export const verdictPatience = 7

export const verdictOutcomes = ['kept', 'inconclusive', 'worse'] as const
