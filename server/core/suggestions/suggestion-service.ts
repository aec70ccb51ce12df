import type { Page } from '../../contracts/common.ts'
import { suggestionStatuses } from '../../contracts/suggestion-words.ts'
import type {
  AnalyzeAnswer,
  AnalyzeRequest,
  ApplySuggestion,
  ApproveSuggestion,
  Drift,
  ListSuggestions,
  ProposeChange,
  ReasonedAct,
  ReportOutcome,
  SimulateSuggestion,
  SnoozeSuggestion,
  SuggestionReport,
  SuggestionStats,
  SuggestionStatus,
  SuggestionSummary,
  SuggestionView,
  TrackRecord,
  Verdict,
  WaitingSuggestions,
} from '../../contracts/suggestions.ts'
import { invertChange } from '../changes/invert-change.ts'
import { BriefCache } from '../shared/brief-cache.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import { applySuggestion } from './apply-suggestion.ts'
import {
  type Approval,
  type ApprovalPorts,
  grantApproval,
  notFound,
  requireApprover,
  requireOther,
  roleFor,
  sealConsent,
} from './approval.ts'
import { groundOf } from './approval-ground.ts'
import { notApplicable } from './configuration-desk.ts'
import type { Intake } from './intake.ts'
import { quietMs, strengthOf } from './merge-finding.ts'
import { changedMeanwhile, type DecidedAct, decideMove, inverseOf, requireAsApplied } from './moves.ts'
import { openProposal } from './open-proposal.ts'
import { writeReport } from './report.ts'
import { hashState, partOf, subjectState } from './subject-state.ts'
import type { SuggestionOperations } from './suggestion-operations.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { advance, evidenceHashOf, nameOf, type SuggestionRecord } from './suggestion-record.ts'
import type { Tending } from './tending.ts'
import { trackRecordsOf } from './track-record.ts'
import { requireTransition } from './transitions.ts'
import { toSummary, toView } from './views.ts'

/** An analyzer's record is made of what was judged within a year. */
const trackDays = 365
const dayMs = 86_400_000
const hourMs = 3_600_000
/** Records of analyzers change when something is judged, a few times a day at most, and are shown with every suggestion. */
const tracksKeptMs = 5_000

/** What people and programs do with suggestions. Programs may analyze, propose and simulate; only people decide. */
export class SuggestionService implements SuggestionOperations {
  readonly #ports: SuggestionPorts
  readonly #intake: Intake
  readonly #tending: Tending
  readonly #approvals: ApprovalPorts
  readonly #trackRecords: BriefCache<ReadonlyMap<string, TrackRecord>>

  constructor(ports: SuggestionPorts, parts: { intake: Intake; tending: Tending }) {
    this.#ports = ports
    this.#intake = parts.intake
    this.#tending = parts.tending
    this.#approvals = { ...ports.approvals, now: () => ports.clock.now() }
    this.#trackRecords = new BriefCache({ clock: ports.clock, keepMs: tracksKeptMs, most: 100 })
  }

  async list(tenantId: string, filter: ListSuggestions): Promise<Page<SuggestionSummary>> {
    const [page, tracks] = await Promise.all([this.#ports.store.list(tenantId, filter), this.#tracks(tenantId)])
    return { ...page, items: page.items.map(record => toSummary(record, tracks)) }
  }

  async get(tenantId: string, id: string): Promise<SuggestionView> {
    return this.#view(await this.#tending.voidIfDrifted(await this.#require(tenantId, id)))
  }

  async stats(tenantId: string): Promise<SuggestionStats> {
    const { store, findings, settings } = this.#ports
    const [counts, tracks] = await Promise.all([store.counts(tenantId), this.#tracks(tenantId)])
    const byStatus = Object.fromEntries(suggestionStatuses.map(status => [status, counts.byStatus[status] ?? 0]))
    return {
      ...counts,
      byStatus: byStatus as Record<SuggestionStatus, number>,
      analyzers: findings.list(),
      tracks: Object.fromEntries(tracks),
      everyHours: settings.analyzeEveryMs === null ? null : settings.analyzeEveryMs / hourMs,
    }
  }

  async waiting(tenantId: string): Promise<WaitingSuggestions> {
    return { count: await this.#ports.store.countWaiting(tenantId) }
  }

  async analyze(by: Principal, request: AnalyzeRequest): Promise<AnalyzeAnswer> {
    const { run, touched } = await this.#intake.analyze(by, request)
    const tracks = await this.#tracks(by.tenantId)
    return { ...run, suggestions: touched.map(record => toSummary(record, tracks)) }
  }

  async propose(by: Principal, proposal: ProposeChange): Promise<SuggestionView> {
    return this.#view(await openProposal(by, proposal, this.#ports))
  }

  async approve(by: Principal, input: ApproveSuggestion): Promise<SuggestionView> {
    return this.#audited(by, input.id, 'approve', async record => {
      const person = await requireApprover(by, record, this.#approvals, roleFor(record))
      requireOther(person, record)
      requireTransition(record.state.status, 'approve')
      const ground = await groundOf(record, input, this.#ports)
      const { clock, ids, settings } = this.#ports
      const now = clock.now()
      const consent = sealConsent(
        record,
        person,
        {
          id: ids.next(),
          at: new Date(now).toISOString(),
          expiresAt: new Date(now + settings.approvalMs).toISOString(),
          note: input.note,
          ...ground,
        },
        this.#approvals,
      )
      const details = { expiresAt: consent.expiresAt, configurationHash: ground.configurationHash }
      return this.#move(record, {
        act: 'approve',
        by,
        now,
        state: { status: 'approved', consent },
        note: input.note,
        details,
      })
    })
  }

  async reject(by: Principal, { id, reason }: ReasonedAct): Promise<SuggestionView> {
    return this.#audited(by, id, 'reject', async record => {
      await requireApprover(by, record, this.#approvals)
      const now = this.#ports.clock.now()
      const at = new Date(now).toISOString()
      const quietUntil = new Date(now + quietMs).toISOString()
      const state = {
        status: 'rejected' as const,
        by: nameOf(by),
        at,
        reason,
        quietUntil,
        strength: strengthOf(record),
      }
      return this.#move(record, { act: 'reject', by, now, state, note: reason })
    })
  }

  async snooze(by: Principal, { id, hours, reason }: SnoozeSuggestion): Promise<SuggestionView> {
    const now = this.#ports.clock.now()
    const state = { status: 'snoozed' as const, until: new Date(now + hours * hourMs).toISOString(), by: nameOf(by) }
    const record = await this.#require(by.tenantId, id)
    return this.#view(await this.#move(record, { act: 'snooze', by, now, state, note: reason }))
  }

  async apply(by: Principal, { id, note }: ApplySuggestion): Promise<SuggestionView> {
    return this.#audited(by, id, 'apply', async record => {
      requireTransition(record.state.status, 'apply')
      return this.#carryOut(record, await this.#grantApply(by, record), note)
    })
  }

  /** Taking back what was applied is one act: the person who does it approves it. */
  async revert(by: Principal, { id, reason }: ReasonedAct): Promise<SuggestionView> {
    return this.#audited(by, id, 'revert', async record => {
      const inverse = inverseOf(record)
      const { desk, digest } = this.#ports
      const snapshot = await desk.snapshot(record.tenantId)
      requireAsApplied(record, invertChange(snapshot, inverse))
      const configurationHash = hashState(subjectState(partOf(snapshot, inverse), inverse), digest)
      const evidenceHash = evidenceHashOf(record, digest)
      const grounds = { purpose: 'revert' as const, record, configurationHash, evidenceHash }
      const approval = await grantApproval(by, grounds, this.#approvals)
      const reverted = await this.#carryOut(record, approval, reason)
      await this.#tending.closeDraft(record, by, reason)
      return reverted
    })
  }

  async simulate(by: Principal, { id, windowHours }: SimulateSuggestion): Promise<SuggestionView> {
    const { simulations, store, clock } = this.#ports
    const record = await this.#require(by.tenantId, id)
    const { change } = record.act
    if (change === null) throw notApplicable('There is no change to simulate.')
    const { id: simulationId } = await simulations.run(by, { windowHours, changes: [change], seed: 1 })
    const at = new Date(clock.now()).toISOString()
    const next = advance(record, { simulationId }, { at, by: nameOf(by), act: 'simulated', note: '' })
    const { revision, title } = record
    const move = { tenantId: by.tenantId, suggestionId: id, revision, record: next, by, reason: null }
    if (!(await store.move({ ...move, action: 'suggestion.simulated', details: { title, simulationId } }))) {
      throw changedMeanwhile()
    }
    return this.#view(next)
  }

  async reportOutcome(by: Principal, { id, outcome, note }: ReportOutcome): Promise<SuggestionView> {
    const record = await this.#require(by.tenantId, id)
    requireTransition(record.state.status, 'judge')
    const measured = record.state.status === 'judged' ? record.state.verdict : null
    const verdict: Verdict = {
      effects: measured?.effects ?? [],
      points: measured?.points ?? [],
      windows: measured?.windows ?? null,
      matchedShare: measured?.matchedShare ?? null,
      readShares: measured?.readShares ?? null,
      outcome,
      at: new Date(this.#ports.clock.now()).toISOString(),
      basis: 'reported',
      by: nameOf(by),
      words: note,
    }
    const settled = await this.#tending.settle(record, verdict, by)
    if (!settled) throw changedMeanwhile()
    return this.#view(settled)
  }

  async report(tenantId: string, days: number): Promise<SuggestionReport> {
    const { store, clock } = this.#ports
    const since = new Date(clock.now() - days * dayMs).toISOString()
    const [waiting, judged, tracks] = await Promise.all([
      store.list(tenantId, { status: ['open', 'approved', 'voided', 'expired', 'applied'], limit: 200 }),
      store.judged(tenantId, since),
      this.#tracks(tenantId),
    ])
    const at = new Date(clock.now()).toISOString()
    return {
      markdown: writeReport({
        at,
        days,
        waiting: waiting.items,
        areMoreWaiting: waiting.nextCursor !== null,
        judged,
        tracks,
      }),
    }
  }

  /** An approval by somebody who is no approver any more is voided, visibly, before the refusal goes on to the caller. */
  async #grantApply(by: Principal, record: SuggestionRecord): Promise<Approval> {
    try {
      return await grantApproval(by, { purpose: 'apply', record }, this.#approvals)
    } catch (error) {
      if (
        error instanceof QuarterdeckError &&
        error.code === 'APPROVAL_REVOKED' &&
        record.state.status === 'approved'
      ) {
        const what = `role of ${record.state.consent.by.name}`
        await this.#tending.voidApproval(record, 'approver', [{ what, approved: roleFor(record), present: 'less' }])
      }
      throw error
    }
  }

  /** Voids an approval whose ground has moved, visibly, before the refusal goes on to the caller. */
  async #carryOut(record: SuggestionRecord, approval: Approval, reason: string): Promise<SuggestionRecord> {
    const { clock, settings } = this.#ports
    const { tenantId, id } = record
    try {
      await applySuggestion(approval, reason, { ...this.#ports, clock, observeMs: settings.observeMs })
    } catch (error) {
      if (!(error instanceof QuarterdeckError) || error.code !== 'APPROVAL_VOID') throw error
      const present = await this.#require(tenantId, id)
      // Of two at once the second finds the configuration changed: by the first.
      if (present.revision !== record.revision) throw changedMeanwhile()
      const { cause, drift } = error.details as { cause: 'configuration' | 'evidence'; drift: Drift[] }
      await this.#tending.voidApproval(present, cause, drift)
      throw error
    }
    return this.#require(tenantId, id)
  }

  /** An act that only some may do: a refusal is audited with its code. */
  async #audited(
    by: Principal,
    id: string,
    act: string,
    work: (record: SuggestionRecord) => Promise<SuggestionRecord>,
  ): Promise<SuggestionView> {
    const { store, logger } = this.#ports
    const { tenantId } = by
    try {
      return await this.#view(await work(await this.#require(tenantId, id)))
    } catch (error) {
      if (error instanceof QuarterdeckError) {
        const details = { code: error.code }
        await store
          .recordRefusal(tenantId, id, { by, action: `suggestion.${act}_refused`, reason: error.message, details })
          .catch((failure: unknown) => logger.error({ error: failure, id }, 'a refusal could not be audited'))
      }
      throw error
    }
  }

  async #move(record: SuggestionRecord, decided: DecidedAct): Promise<SuggestionRecord> {
    const move = decideMove(record, decided)
    if (!(await this.#ports.store.move(move))) throw changedMeanwhile()
    return move.record
  }

  async #require(tenantId: string, id: string): Promise<SuggestionRecord> {
    const record = await this.#ports.store.get(tenantId, id)
    if (!record) throw notFound(id)
    return record
  }

  async #view(record: SuggestionRecord): Promise<SuggestionView> {
    const { desk, digest } = this.#ports
    const { tenantId } = record
    const [snapshot, tracks] = await Promise.all([desk.snapshot(tenantId), this.#tracks(tenantId)])
    return toView(record, { snapshot, tracks, digest })
  }

  #tracks(tenantId: string): Promise<ReadonlyMap<string, TrackRecord>> {
    const { store, clock } = this.#ports
    return this.#trackRecords.get(tenantId, async () =>
      trackRecordsOf(await store.testedPredictions(tenantId, new Date(clock.now() - trackDays * dayMs).toISOString())),
    )
  }
}
