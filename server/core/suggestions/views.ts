import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { SuggestionState, SuggestionSummary, SuggestionView, TrackRecord } from '../../contracts/suggestions.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { describeChange } from '../changes/describe-change.ts'
import { invertChange } from '../changes/invert-change.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { notApplicable, nothingToChange } from './configuration-desk.ts'
import { inverseOf, requireAsApplied } from './moves.ts'
import { hashState, partOf, subjectState } from './subject-state.ts'
import { changeOf, type Digest, evidenceHashOf, type KeptState, type SuggestionRecord } from './suggestion-record.ts'
import { adjustedConfidence, unknownTrack } from './track-record.ts'

export interface ViewSources {
  snapshot: ConfigurationSnapshot
  tracks: ReadonlyMap<string, TrackRecord>
  digest: Digest
}

/** A suggestion with what it would change of the configuration as it is now. */
export function toView(record: SuggestionRecord, { snapshot, tracks, digest }: ViewSources): SuggestionView {
  const { tenantId: _, dueAt: __, ...shown } = record
  const change = changeOf(record)
  const subject = change === null ? null : readSubject(snapshot, change, digest)
  return {
    ...shown,
    state: withoutSeal(record.state),
    evidenceHash: evidenceHashOf(record, digest),
    difference: subject?.difference ?? null,
    configurationHash: subject?.configurationHash ?? null,
    obstacle:
      change === null ? onlyPeople : isApplied(record) ? revertObstacle(record, snapshot) : (subject?.obstacle ?? null),
    ...trackOf(record, tracks),
  }
}

export function toSummary(record: SuggestionRecord, tracks: ReadonlyMap<string, TrackRecord>): SuggestionSummary {
  const { id, title, priority, subject, origin, confidence, createdAt, updatedAt, state, act, expected } = record
  const verdict = state.status === 'judged' || state.status === 'reverted' ? state.verdict : null
  return {
    id,
    title,
    priority,
    subject,
    origin,
    confidence,
    adjustedConfidence: trackOf(record, tracks).adjustedConfidence,
    createdAt,
    updatedAt,
    status: state.status,
    isAdvice: act.kind === 'advice',
    verdict: verdict?.outcome ?? null,
    expected: expected[0] ?? null,
  }
}

/** The seal is for this installation to look at. */
function withoutSeal(state: KeptState): SuggestionState {
  if (!('consent' in state)) return state
  const { seal: _, ...consent } = state.consent
  return { ...state, consent }
}

/** Why a change could not be applied to this configuration, whoever asks; null when it could. Throws when what it is about is gone. */
export function obstacleOf(snapshot: ConfigurationSnapshot, change: ConfigurationChange): QuarterdeckError | null {
  if (change.kind === 'instance_count') return notApplicable('Quarterdeck does not start or stop instances.')
  if (canonicalJson(invertChange(snapshot, change)) === canonicalJson(change)) return nothingToChange()
  try {
    applyChange(snapshot, change)
    return null
  } catch (error) {
    if (!(error instanceof QuarterdeckError)) throw error
    return error
  }
}

const onlyPeople = 'This is something that only people can do.'

function isApplied({ state }: SuggestionRecord): boolean {
  return state.status === 'applied' || state.status === 'judged'
}

/** Why what was applied could not be taken back now, whoever asks; null when it could. */
function revertObstacle(record: SuggestionRecord, snapshot: ConfigurationSnapshot): string | null {
  try {
    requireAsApplied(record, invertChange(snapshot, inverseOf(record)))
    return null
  } catch (error) {
    if (!(error instanceof QuarterdeckError)) throw error
    return error.message
  }
}

/** What a change is about may have gone since. */
function readSubject(snapshot: ConfigurationSnapshot, change: ConfigurationChange, digest: Digest) {
  try {
    return {
      difference: describeChange(snapshot, change),
      configurationHash: hashState(subjectState(partOf(snapshot, change), change), digest),
      obstacle: obstacleOf(snapshot, change)?.message ?? null,
    }
  } catch (error) {
    if (!(error instanceof QuarterdeckError)) throw error
    return { difference: null, configurationHash: null, obstacle: error.message }
  }
}

function trackOf(
  { origin, confidence }: SuggestionRecord,
  tracks: ReadonlyMap<string, TrackRecord>,
): Pick<SuggestionView, 'track' | 'adjustedConfidence'> {
  if (origin.kind !== 'analyzer' || confidence === null) return { track: null, adjustedConfidence: null }
  const track = tracks.get(origin.analyzer) ?? unknownTrack
  return { track, adjustedConfidence: adjustedConfidence(confidence, track) }
}
