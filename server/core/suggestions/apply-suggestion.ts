import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { describeChange } from '../changes/describe-change.ts'
import { invertChange } from '../changes/invert-change.ts'
import type { Clock } from '../shared/clock.ts'
import { Approval, type ApprovalTerms, approvalVoid, expired, notFound } from './approval.ts'
import { type ConfigurationDesk, notApplicable, nothingToChange } from './configuration-desk.ts'
import { changedMeanwhile, decideMove, inverseOf } from './moves.ts'
import { briefState, type ConfigurationPart, driftBetween, hashState, partOf, subjectState } from './subject-state.ts'
import {
  changeOf,
  type Digest,
  evidenceHashOf,
  type KeptState,
  nameOf,
  type SuggestionRecord,
} from './suggestion-record.ts'
import type { SuggestionStore } from './suggestion-store.ts'

export interface ApplyPorts {
  store: Pick<SuggestionStore, 'get'>
  desk: ConfigurationDesk
  digest: Digest
  clock: Pick<Clock, 'now'>
  /** How long a change is watched before it is judged. */
  observeMs: number
}

/**
 * The one way from a suggestion to the configuration. Takes an Approval and nothing else; what it allows is done once, on the
 * configuration and the evidence it was given for, in one transaction with the move of the suggestion: of two at once, one is
 * refused. Throws APPROVAL_INVALID, APPROVAL_SPENT, APPROVAL_EXPIRED, APPROVAL_VOID (with what has changed), SUGGESTION_STATE,
 * SUGGESTION_CHANGED, CHANGE_NOT_APPLICABLE, VERSION_CONFLICT, and what the change is refused with by hand.
 */
export async function applySuggestion(approval: Approval, reason: string, ports: ApplyPorts): Promise<void> {
  const terms = Approval.redeem(approval)
  const { store, desk, digest, clock } = ports
  const { person, tenantId, suggestionId } = terms
  if (clock.now() >= terms.expiresAt) throw expired(new Date(terms.expiresAt).toISOString())
  const record = await store.get(tenantId, suggestionId)
  if (!record) throw notFound(suggestionId)
  if (record.revision !== terms.revision) throw changedMeanwhile()
  if (evidenceHashOf(record, digest) !== terms.evidenceHash) {
    throw approvalVoid('evidence', [{ what: 'evidence', approved: 'as it was then', present: 'other figures' }])
  }
  const change = terms.purpose === 'apply' ? changeOf(record) : inverseOf(record)
  if (change === null) throw notApplicable('This is something that only people can do.')
  const check = (part: ConfigurationPart) => {
    const state = subjectState(part, change)
    if (hashState(state, digest) !== terms.configurationHash) {
      const brief = briefState(state, digest)
      throw approvalVoid('configuration', driftBetween(approvedState(record, brief), brief))
    }
  }
  const present = await desk.snapshot(tenantId)
  check(partOf(present, change))
  const now = clock.now()
  const state = nextState(record, terms, { change, present, now, reason, observeMs: ports.observeMs })
  const move = decideMove(record, { act: terms.purpose, by: person, now, state, note: reason, details: { change } })
  await desk.change(person, change, reason || record.title, { check, move })
  const after = await store.get(tenantId, suggestionId)
  if (after?.revision === record.revision) throw nothingToChange()
}

function nextState(
  record: SuggestionRecord,
  { purpose, person }: ApprovalTerms,
  done: {
    change: ConfigurationChange
    present: ConfigurationSnapshot
    now: number
    reason: string
    observeMs: number
  },
): KeptState {
  const { change, present, now, reason, observeMs } = done
  const at = new Date(now).toISOString()
  const by = nameOf(person)
  if (purpose === 'apply') {
    const inverse = invertChange(present, change)
    const judgeAt = new Date(now + observeMs).toISOString()
    const difference = describeChange(present, change)
    return { status: 'applied', application: { by, at, change, difference, inverse, judgeAt } }
  }
  const { state } = record
  if (state.status !== 'applied' && state.status !== 'judged') throw changedMeanwhile()
  const verdict = state.status === 'judged' ? state.verdict : null
  return { status: 'reverted', application: state.application, verdict, by, at, reason }
}

/** What is known of the configuration that was approved; without it, nothing can be named as changed. */
function approvedState({ state }: SuggestionRecord, present: Record<string, string>): Record<string, string> {
  return state.status === 'approved' ? state.consent.configuration : present
}
