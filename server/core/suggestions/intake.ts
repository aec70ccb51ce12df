import type { ExpectedEffect, Finding } from '../../contracts/findings.ts'
import type { AnalysisRun, AnalyzeRequest, Drift } from '../../contracts/suggestions.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Actor } from '../shared/principal.ts'
import { mergeFinding } from './merge-finding.ts'
import { decideMove } from './moves.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { nameOf, type SuggestionRecord } from './suggestion-record.ts'

/** Turns what analyzers find into suggestions. It opens, refreshes and voids; it never approves or applies. */
export class Intake {
  readonly #ports: SuggestionPorts
  readonly #underWay = new Set<string>()

  constructor(ports: SuggestionPorts) {
    this.#ports = ports
  }

  /** Analyzes and takes in what was found; one analysis at a time for each tenant here. Throws ANALYSIS_UNDER_WAY. */
  async analyze(by: Actor, request: AnalyzeRequest): Promise<{ run: AnalysisRun; touched: SuggestionRecord[] }> {
    const { tenantId } = by
    if (this.#underWay.has(tenantId)) throw underWay()
    this.#underWay.add(tenantId)
    try {
      const { findings, skipped, tasks } = await this.#ports.findings.analyze(tenantId, request)
      const touched: SuggestionRecord[] = []
      let opened = 0
      for (const finding of findings) {
        const { record, isNew } = await this.#take(by, finding)
        if (record) touched.push(record)
        if (isNew) opened++
      }
      const at = new Date(this.#ports.clock.now()).toISOString()
      const { windowHours } = request
      const run = { at, by: nameOf(by), windowHours, tasks, findings: findings.length, opened, skipped }
      await this.#ports.store.saveRun(tenantId, run)
      return { run, touched }
    } finally {
      this.#underWay.delete(tenantId)
    }
  }

  /** When somebody else was quicker, it is left to what they did; the next analysis comes by again. */
  async #take(by: Actor, finding: Finding): Promise<{ record: SuggestionRecord | null; isNew: boolean }> {
    const { store, clock } = this.#ports
    const { tenantId } = by
    const newest = await store.newestOf(tenantId, finding.key)
    const now = clock.now()
    const merge = mergeFinding(newest, finding, now)
    if (merge === 'ignore') return { record: null, isNew: false }
    if (newest === null || merge === 'create') {
      const record = this.#opened(tenantId, finding, by, now)
      const audit = { by, action: 'suggestion.opened' as const, reason: null, details: { title: finding.title } }
      const isNew = await store.create(record, audit)
      return { record: isNew ? record : null, isNew }
    }
    const at = new Date(now).toISOString()
    const content = { ...contentOf(finding), seenAt: at }
    const state = newest.state
    const move =
      merge === 'void' && state.status === 'approved'
        ? decideMove(newest, {
            act: 'void',
            by,
            now,
            state: { status: 'voided', consent: state.consent, at, cause: 'evidence', drift: driftOf(newest, finding) },
            note: 'The analysis found something else than what was approved.',
            edit: content,
          })
        : merge === 'reopen'
          ? decideMove(newest, { act: 'reopen', by, now, state: { status: 'open' }, edit: content })
          : decideMove(newest, { act: 'refresh', by, now, state, edit: content })
    const isMoved = await store.move(move)
    return { record: isMoved ? move.record : null, isNew: isMoved && merge === 'reopen' }
  }

  #opened(tenantId: string, finding: Finding, by: Actor, now: number): SuggestionRecord {
    const at = new Date(now).toISOString()
    const { analyzer, analyzerVersion: version, key } = finding
    return {
      tenantId,
      id: this.#ports.ids.next(),
      revision: 1,
      key,
      origin: { kind: 'analyzer', analyzer, version },
      state: { status: 'open' },
      ...contentOf(finding),
      simulationId: null,
      history: [{ at, by: nameOf(by), act: 'opened', note: '' }],
      createdAt: at,
      seenAt: at,
      updatedAt: at,
      dueAt: null,
    }
  }
}

function contentOf({ title, priority, subject, act, evidence, series, expected, confidence, window }: Finding) {
  return { title, priority, subject, act, evidence, series, expected, confidence, window }
}

/** What the finding asks or promises, beside what was approved. */
function driftOf(approved: SuggestionRecord, finding: Finding): Drift[] {
  const drift: Drift[] = []
  const acts = [approved.act, finding.act].map(act => JSON.stringify(act.change))
  if (acts[0] !== acts[1]) drift.push({ what: 'proposed change', approved: acts[0] ?? '', present: acts[1] ?? '' })
  for (const effect of finding.expected) {
    const promised = approved.expected.find(({ measure }) => measure === effect.measure)
    const was = promised ? rangeOf(promised) : 'nothing'
    if (was !== rangeOf(effect)) {
      drift.push({ what: `expected ${effect.measure.replaceAll('_', ' ')}`, approved: was, present: rangeOf(effect) })
    }
  }
  return drift
}

function rangeOf({ to, low, high, unit }: ExpectedEffect): string {
  const [most, least, top] = [to, low, high].map(value => Number(value.toPrecision(3)))
  return `${most} ${unit} (${least} to ${top})`
}

function underWay(): QuarterdeckError {
  return new QuarterdeckError('ANALYSIS_UNDER_WAY', {
    message: 'An analysis is under way.',
    action: 'Wait for it to end; its suggestions appear by themselves.',
    retryable: true,
  })
}
