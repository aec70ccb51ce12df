import type { ExpectedEffect, Finding } from '../../contracts/findings.ts'
import { suggestionPriorities } from '../../contracts/suggestion-words.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { SuggestionRecord } from './suggestion-record.ts'

/** How long the key of a rejected or reverted suggestion stays quiet. */
export const quietMs = 7 * 86_400_000
/** By how much more a finding has to promise to be heard within the quiet time. */
const strongerBy = 1.5

/** What becomes of a finding, given the newest suggestion of its key. */
export type Merge = 'create' | 'refresh' | 'reopen' | 'void' | 'ignore'

/**
 * Decides what a finding is to the suggestion that has its key. A living one takes the new evidence in; an approved one does only
 * when the finding differs in what it asks or promises, and is voided by it. One that was rejected stays quiet for seven days
 * unless the finding promises half as much again; one that was taken back stays quiet whatever is promised, since what is looked
 * at still holds the time of the change.
 */
export function mergeFinding(newest: SuggestionRecord | null, finding: Finding, now: number): Merge {
  if (newest === null) return 'create'
  const { state } = newest
  switch (state.status) {
    case 'open':
    case 'snoozed':
    case 'voided':
    case 'expired':
      return 'refresh'
    case 'approved':
      return isMaterial(newest, finding) ? 'void' : 'ignore'
    case 'applied':
      return 'ignore'
    case 'judged':
      // Only what was seen entirely after the change speaks of the configuration as it is now.
      return Date.parse(finding.window.from) >= Date.parse(state.application.at) ? 'create' : 'ignore'
    case 'rejected':
      return now >= Date.parse(state.quietUntil) || isStronger(strengthOf(finding), state.strength)
        ? 'reopen'
        : 'ignore'
    case 'reverted':
      return now >= Date.parse(state.at) + quietMs ? 'create' : 'ignore'
  }
}

/**
 * How much a finding promises: the largest improvement as a share of the present value, times the step of its priority (1-4). 0
 * when it promises nothing that can be measured.
 */
export function strengthOf({ expected, priority }: Pick<Finding, 'expected' | 'priority'>): number {
  const gain = Math.max(0, ...expected.map(gainOf))
  return gain * (suggestionPriorities.indexOf(priority) + 1)
}

/** Promising nothing is never stronger than promising nothing. */
function isStronger(strength: number, rejected: number): boolean {
  return strength > rejected && strength >= strongerBy * rejected
}

function gainOf({ from, to, better }: ExpectedEffect): number {
  const gain = better === 'lower' ? from - to : to - from
  return gain / Math.max(Math.abs(from), Math.abs(to), Number.MIN_VALUE)
}

/** Whether somebody who approved the one would want to look again: another act, or an effect outside of what was promised. */
function isMaterial(approved: SuggestionRecord, finding: Finding): boolean {
  if (canonicalJson(approved.act) !== canonicalJson(finding.act)) return true
  return finding.expected.some(effect => {
    const promised = approved.expected.find(({ measure }) => measure === effect.measure)
    return promised === undefined || effect.to < promised.low || effect.to > promised.high
  })
}
