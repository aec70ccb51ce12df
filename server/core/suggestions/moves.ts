import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { SuggestionContent } from '../../contracts/suggestions.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { CompanionMove } from '../shared/companion.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Actor } from '../shared/principal.ts'
import { advance, type KeptState, nameOf, type SuggestionRecord } from './suggestion-record.ts'
import { actNames, requireTransition, type SuggestionAct } from './transitions.ts'

/** One act on a suggestion, as it is decided. */
export interface DecidedAct {
  act: SuggestionAct
  by: Actor
  /** Milliseconds since the epoch. */
  now: number
  state: KeptState
  note?: string
  /** Further parts of the record that change with it. */
  edit?: Partial<Pick<SuggestionRecord, keyof SuggestionContent | 'seenAt'>>
  details?: Record<string, unknown>
}

/** The move of an act, when the table of transitions has it. Throws SUGGESTION_STATE. */
export function decideMove(
  record: SuggestionRecord,
  decided: DecidedAct,
): CompanionMove & { record: SuggestionRecord } {
  const { act, by, now, state, note = '', edit = {}, details = {} } = decided
  requireTransition(record.state.status, act)
  const step = { at: new Date(now).toISOString(), by: nameOf(by), act: actNames[act], note }
  const next = advance(record, { ...edit, state, dueAt: dueOf(state) }, step)
  return {
    tenantId: record.tenantId,
    suggestionId: record.id,
    revision: record.revision,
    record: next,
    by,
    action: `suggestion.${actNames[act]}`,
    reason: note === '' ? null : note,
    details: { title: record.title, ...details },
  }
}

/** When something happens to a suggestion by itself. */
function dueOf(state: KeptState): string | null {
  switch (state.status) {
    case 'snoozed':
      return state.until
    case 'approved':
      return state.consent.expiresAt
    case 'applied':
      return state.application.judgeAt
    case 'judged':
      // Reported before it was measured: it is measured in its time all the same.
      return state.verdict.windows === null ? state.application.judgeAt : null
    default:
      return null
  }
}

/** The change that takes an applied one back; throws SUGGESTION_STATE when none was applied. */
export function inverseOf(record: SuggestionRecord): ConfigurationChange {
  requireTransition(record.state.status, 'revert')
  if (record.state.status === 'applied' || record.state.status === 'judged') return record.state.application.inverse
  throw changedMeanwhile()
}

/** `present` is the applied setting as it is now; throws CONFIGURATION_CHANGED when it is not what was applied. */
export function requireAsApplied({ state }: SuggestionRecord, present: ConfigurationChange): void {
  if (state.status !== 'applied' && state.status !== 'judged') return
  if (canonicalJson(present) === canonicalJson(state.application.change)) return
  throw new QuarterdeckError('CONFIGURATION_CHANGED', {
    message: 'The setting has been changed again since it was applied; taking it back would undo that too.',
    action: 'Change the setting by hand to what it should be.',
  })
}

export function changedMeanwhile(): QuarterdeckError {
  return new QuarterdeckError('SUGGESTION_CHANGED', {
    message: 'The suggestion was changed by somebody else in the meantime.',
    action: 'Look at it again before you go on.',
  })
}
