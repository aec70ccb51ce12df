import type { ApproveSuggestion, Consent } from '../../contracts/suggestions.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { notApplicable } from './configuration-desk.ts'
import { briefState, hashState, partOf, subjectState } from './subject-state.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { changeOf, evidenceHashOf, type SuggestionRecord } from './suggestion-record.ts'
import { obstacleOf } from './views.ts'

/** What an approval is bound to. */
export type ApprovalGround = Pick<Consent, 'configuration' | 'configurationHash' | 'evidenceHash'>

/**
 * The ground that an approver stands on, when it is the one they have read. Throws SUGGESTION_CHANGED and CONFIGURATION_CHANGED when
 * it is another by now, CHANGE_NOT_APPLICABLE for what cannot be applied at all.
 */
export async function groundOf(
  record: SuggestionRecord,
  read: Pick<ApproveSuggestion, 'evidenceHash' | 'configurationHash'>,
  { desk, digest }: Pick<SuggestionPorts, 'desk' | 'digest'>,
): Promise<ApprovalGround> {
  const evidenceHash = evidenceHashOf(record, digest)
  if (read.evidenceHash !== undefined && read.evidenceHash !== evidenceHash) throw otherEvidence(record)
  const change = changeOf(record)
  if (change === null) throw notApplicable('This is something that only people can do.')
  const snapshot = await desk.snapshot(record.tenantId)
  const obstacle = obstacleOf(snapshot, change)
  if (obstacle !== null) throw obstacle
  const state = subjectState(partOf(snapshot, change), change)
  const configurationHash = hashState(state, digest)
  if (read.configurationHash !== undefined && read.configurationHash !== configurationHash) {
    throw new QuarterdeckError('CONFIGURATION_CHANGED', {
      message: 'The configuration has changed since you looked.',
      action: 'Look at the difference that would be applied now, then approve it.',
    })
  }
  return { configuration: briefState(state, digest), configurationHash, evidenceHash }
}

function otherEvidence({ seenAt }: Pick<SuggestionRecord, 'seenAt'>): QuarterdeckError {
  return new QuarterdeckError('SUGGESTION_CHANGED', {
    message: `The evidence was renewed at ${seenAt}, after you looked.`,
    action: 'Look at the figures as they are now, then approve.',
    details: { seenAt },
  })
}
