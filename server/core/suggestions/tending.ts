import { verdictPatience } from '../../contracts/suggestion-words.ts'
import type { Application, Drift, MeasuredEffect, SuggestionState, Verdict } from '../../contracts/suggestions.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { type Actor, systemPrincipal } from '../shared/principal.ts'
import { approvalVoid } from './approval.ts'
import type { ConfigurationDesk } from './configuration-desk.ts'
import { decideMove } from './moves.ts'
import { observeSides } from './observe-sides.ts'
import { briefState, driftBetween, hashState, partOf, subjectState } from './subject-state.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { changeOf, evidenceHashOf, nameOf, type SuggestionRecord } from './suggestion-record.ts'
import { mayHappen } from './transitions.ts'
import { nameOfEffect } from './verdict/effect-name.ts'
import { isTooEarly, judge } from './verdict/judge.ts'

/** What could not be looked at is left alone for so long: a verdict reads a week of tasks. */
const retryMs = 300_000
/** While too few tasks have ended it is looked again each quarter of the time of observation, but no more often than each hour. */
const lookAgainMs = (observedMs: number): number => Math.min(3_600_000, observedMs / 4)

/** What happens to suggestions by itself: approvals run out or lose their ground, snoozed ones return, applied ones are judged. */
export class Tending {
  readonly #ports: SuggestionPorts
  /** When what failed may be tried again, by id. */
  readonly #notBefore = new Map<string, number>()

  constructor(ports: SuggestionPorts) {
    this.#ports = ports
  }

  /** Looks at everything that is due; what fails is logged and tried again after five minutes. */
  async tend(): Promise<void> {
    const { store, clock, desk } = this.#ports
    for (const record of await store.due(clock.now())) {
      const { id } = record
      if ((this.#notBefore.get(id) ?? 0) > clock.now()) continue
      let againMs = retryMs
      await this.#guarded(record, async () => {
        againMs = await this.#due(record)
      })
      if (againMs === 0) this.#notBefore.delete(id)
      else this.#notBefore.set(id, clock.now() + againMs)
    }
    const approved = await store.approved()
    // Taken after the approvals were read, so that it is never older than what they were given for; once for all of a tenant.
    const snapshots = new Map<string, Promise<ConfigurationSnapshot>>()
    const snapshotOf = (tenantId: string) => {
      const known = snapshots.get(tenantId) ?? desk.snapshot(tenantId)
      snapshots.set(tenantId, known)
      return known
    }
    for (const record of approved) await this.#guarded(record, () => this.voidIfDrifted(record, snapshotOf))
  }

  /** The record as it is after its approval was looked at: voided when the configuration it was given for has changed. */
  async voidIfDrifted(
    record: SuggestionRecord,
    snapshotOf: ConfigurationDesk['snapshot'] = tenantId => this.#ports.desk.snapshot(tenantId),
  ): Promise<SuggestionRecord> {
    const { state } = record
    if (state.status !== 'approved') return record
    const drift = await this.#driftOf(record, snapshotOf)
    return drift.length === 0 ? record : this.voidApproval(record, 'configuration', drift)
  }

  async voidApproval(
    record: SuggestionRecord,
    cause: Extract<SuggestionState, { status: 'voided' }>['cause'],
    drift: Drift[],
  ): Promise<SuggestionRecord> {
    const { store, clock } = this.#ports
    if (record.state.status !== 'approved') return record
    const now = clock.now()
    const { consent } = record.state
    const move = decideMove(record, {
      act: 'void',
      by: systemPrincipal(record.tenantId),
      now,
      state: { status: 'voided', consent, at: new Date(now).toISOString(), cause, drift },
      note: approvalVoid(cause === 'approver' ? 'configuration' : cause, drift).message,
      details: { cause, drift },
    })
    if (await store.move(move)) return move.record
    return (await store.get(record.tenantId, record.id)) ?? record
  }

  /**
   * Writes what became of an applied change; once it is known to have made things worse there is a draft of its revert. Null when
   * the suggestion was changed in the meantime.
   */
  async settle(
    record: SuggestionRecord,
    verdict: Verdict,
    by: Actor,
    note = verdict.words,
  ): Promise<SuggestionRecord | null> {
    const { store, clock } = this.#ports
    const { state } = record
    if (state.status !== 'applied' && state.status !== 'judged') return null
    const { application } = state
    const wasWorse = state.status === 'judged' && isWorse(state.verdict)
    const move = decideMove(record, {
      act: 'judge',
      by,
      now: clock.now(),
      state: { status: 'judged', application, verdict },
      note,
      details: { outcome: verdict.outcome, basis: verdict.basis },
    })
    const isNews = isWorse(verdict) && !wasWorse
    // Before the verdict: when the process dies between the two, it is judged again and finds the draft there.
    if (isNews) await this.#draftRevert(record, application, verdict)
    if (await store.move(move)) return move.record
    if (isNews) await this.#withdrawDraft(record, by)
    return null
  }

  /** What was taken back by hand needs no draft that takes it back. */
  closeDraft(record: SuggestionRecord, by: Actor, reason: string): Promise<void> {
    return this.#rejectDraft(record, by, { reason, note: 'It was taken back by hand.' })
  }

  /** Somebody was quicker than the verdict; unless they say the same, its draft has no ground. */
  async #withdrawDraft(record: SuggestionRecord, by: Actor): Promise<void> {
    const present = await this.#ports.store.get(record.tenantId, record.id)
    if (present?.state.status === 'judged' && isWorse(present.state.verdict)) return
    const reason = 'It was decided otherwise in the meantime.'
    await this.#rejectDraft(record, by, { reason, note: reason })
  }

  async #rejectDraft(
    { tenantId, id }: SuggestionRecord,
    by: Actor,
    { reason, note }: { reason: string; note: string },
  ): Promise<void> {
    const { store, clock } = this.#ports
    const draft = await store.newestOf(tenantId, draftKey(id))
    if (!draft || !mayHappen(draft.state.status, 'reject')) return
    const now = clock.now()
    const at = new Date(now).toISOString()
    const state = { status: 'rejected' as const, by: nameOf(by), at, reason, quietUntil: at, strength: 0 }
    await store.move(decideMove(draft, { act: 'reject', by, now, state, note }))
  }

  /** Answers after how long it is to be looked at again, in ms; 0 when nothing is left to do now. */
  async #due(record: SuggestionRecord): Promise<number> {
    const { store, clock } = this.#ports
    const { state, tenantId } = record
    const common = { by: systemPrincipal(tenantId), now: clock.now() }
    if (state.status === 'snoozed') {
      await store.move(decideMove(record, { ...common, act: 'wake', state: { status: 'open' } }))
    } else if (state.status === 'approved') {
      const { consent } = state
      await store.move(decideMove(record, { ...common, act: 'expire', state: { status: 'expired', consent } }))
    } else if (state.status === 'applied') {
      const { verdict, isEarly } = await this.#judge(record, state.application)
      const observedMs = Date.parse(state.application.judgeAt) - Date.parse(state.application.at)
      const latest = Date.parse(state.application.at) + verdictPatience * observedMs
      if (isEarly && clock.now() < latest) return lookAgainMs(observedMs)
      await this.settle(record, verdict, common.by)
    } else if (state.status === 'judged') {
      // What was reported stands; what is measured goes beside it.
      const { verdict: measured } = await this.#judge(record, state.application)
      const { effects, points, windows, matchedShare, readShares, words } = measured
      const verdict = { ...state.verdict, effects, points, windows, matchedShare, readShares }
      await this.settle(record, verdict, common.by, `Measured: ${words}`)
    }
    return 0
  }

  async #judge(record: SuggestionRecord, application: Application): Promise<{ verdict: Verdict; isEarly: boolean }> {
    const { tenantId, expected } = record
    const now = this.#ports.clock.now()
    const { before, after } = await observeSides(record, application, this.#ports)
    const by = nameOf(systemPrincipal(tenantId))
    const verdict = judge({ before, after, expected, now, by })
    return { verdict, isEarly: isTooEarly(before, after, expected) }
  }

  /** Approving and applying it are acts of people, as with any other. */
  async #draftRevert(record: SuggestionRecord, application: Application, verdict: Verdict): Promise<void> {
    const { store, clock, ids } = this.#ports
    const { tenantId, id, subject } = record
    const at = new Date(clock.now()).toISOString()
    const by = systemPrincipal(tenantId)
    const note = verdict.words
    const title = `Take back: ${record.title}`.slice(0, 300)
    await store.create(
      {
        tenantId,
        id: ids.next(),
        revision: 1,
        key: draftKey(id),
        origin: { kind: 'verdict', suggestionId: id },
        state: { status: 'open' },
        title,
        priority: 'high',
        subject,
        act: { kind: 'change', change: application.inverse },
        evidence: verdict.effects.map(effect => ({
          name: inWords(effect),
          value: effect.after,
          unit: effect.unit,
          sampleSize: effect.samplesAfter,
          comparedTo: { name: 'Before', value: effect.before },
        })),
        series: [],
        expected: [],
        confidence: null,
        window: verdict.windows?.after ?? null,
        simulationId: null,
        history: [{ at, by: nameOf(by), act: 'opened', note }],
        createdAt: at,
        seenAt: at,
        updatedAt: at,
        dueAt: null,
      },
      { by, action: 'suggestion.opened', reason: null, details: { title, revertOf: id } },
    )
  }

  async #driftOf(record: SuggestionRecord, snapshotOf: ConfigurationDesk['snapshot']): Promise<Drift[]> {
    const { digest } = this.#ports
    const change = changeOf(record)
    if (record.state.status !== 'approved' || change === null) return []
    const { consent } = record.state
    if (evidenceHashOf(record, digest) !== consent.evidenceHash) {
      return [{ what: 'evidence', approved: 'as it was then', present: 'other figures' }]
    }
    const snapshot = await snapshotOf(record.tenantId)
    try {
      const present = subjectState(partOf(snapshot, change), change)
      return hashState(present, digest) === consent.configurationHash
        ? []
        : driftBetween(consent.configuration, briefState(present, digest))
    } catch {
      return [{ what: record.subject.name, approved: 'there', present: 'removed' }]
    }
  }

  async #guarded(record: SuggestionRecord, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.#ports.logger.warn({ error, id: record.id }, 'a suggestion that is due could not be looked at')
      return false
    }
  }
}

/** By what was reported or by what was measured: neither hides the other. */
function isWorse({ outcome, effects }: Verdict): boolean {
  return outcome === 'worse' || effects.some(({ found }) => found === 'worse')
}

function inWords(effect: MeasuredEffect): string {
  const words = nameOfEffect(effect)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function draftKey(id: string): string {
  return `revert:${id}`
}
