import { beforeEach, describe, expect, test } from 'vitest'
import { QuarterdeckError } from '../../shared/errors.ts'
import type { Principal } from '../../shared/principal.ts'
import { applySuggestion } from '../apply-suggestion.ts'
import { type Approval, grantApproval } from '../approval.ts'
import type { KeptState, SuggestionRecord } from '../suggestion-record.ts'
import { moduleId, openStage, type Stage } from './suggestion-stage.ts'

/** One open suggestion on a stage, and what can be tried with it. */
export class Attempts {
  readonly stage: Stage
  /** The suggestion that it is about. */
  id: string
  /** How often the configuration may move, by acts that were allowed. */
  allowedChanges = 0

  constructor(stage: Stage, id: string) {
    this.stage = stage
    this.id = id
  }

  approve(by: Principal): Promise<unknown> {
    return this.stage.service.approve(by, { id: this.id, note: '' })
  }

  async record(): Promise<SuggestionRecord> {
    return (await this.stage.store.get('default', this.id))!
  }

  applyPorts() {
    return { ...this.stage.ports, desk: this.stage.desk, observeMs: 1_000 }
  }

  /** Past the service, with whatever is passed off as an approval. */
  direct(approval: unknown): Promise<void> {
    return applySuggestion(approval as Approval, '', this.applyPorts())
  }

  async grant(by: Principal): Promise<Approval> {
    const { approvals } = this.stage.ports
    const ports = { ...approvals, now: () => this.stage.clock.now() }
    return grantApproval(by, { purpose: 'apply', record: await this.record() }, ports)
  }

  /** Writes a state past the core, as somebody with the database could. */
  async overwrite(state: KeptState): Promise<void> {
    const present = await this.record()
    const { tenantId, revision } = present
    await this.stage.store.move({
      tenantId,
      suggestionId: this.id,
      revision,
      record: { ...present, state, revision: revision + 1 },
      by: this.stage.operator,
      action: 'suggestion.refreshed',
      reason: null,
      details: {},
    })
  }

  async approvedState(): Promise<Extract<KeptState, { status: 'approved' }>> {
    const { state } = await this.record()
    if (state.status !== 'approved') throw new Error(`it is ${state.status}`)
    return state
  }

  async afterApproval<Result>(attempt: (ada: Principal) => Promise<Result>, allowed = 0): Promise<Result> {
    this.allowedChanges = allowed
    const ada = this.stage.person('Ada')
    await this.approve(ada)
    return attempt(ada)
  }

  async applyAnd(by: Principal, attempt: () => Promise<unknown>): Promise<unknown> {
    await this.stage.service.apply(by, { id: this.id, note: '' })
    return attempt()
  }

  async proposeFlag(): Promise<string> {
    const change = { kind: 'flag' as const, name: 'cost_based_scheduling' as const, isOn: true }
    return (await this.stage.service.propose(this.stage.operator, { change, reason: 'cheaper' })).id
  }

  async editByHand(): Promise<void> {
    const { configVersion } = this.stage.registry.require('default', moduleId)
    await this.stage.registry.update(this.stage.operator, { id: moduleId, configVersion, description: 'edited' })
  }

  strategy(): string {
    return this.stage.registry.require('default', moduleId).strategy
  }
}

/** A way past an approval: what is tried, and the code it is refused with. */
export type Path = [what: string, code: string, attempt: (the: Attempts) => Promise<unknown>]

/** The attempts of the test that runs, on a stage of its own. */
export function useAttempts(): () => Attempts {
  let attempts: Attempts
  beforeEach(async () => {
    const stage = await openStage()
    const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
    attempts = new Attempts(stage, suggestions[0]!.id)
  })
  return () => attempts
}

/** Tries each of them: it is refused with its code, and the configuration stays as it was. */
export function describePaths(subject: string, paths: readonly Path[], attempts: () => Attempts): void {
  describe(`${subject}: none of ${paths.length} ways around an approval changes the configuration`, () => {
    test.each(paths)('%s is refused with %s', async (_what, code, attempt) => {
      const the = attempts()
      const before = the.strategy()
      const error: unknown = await attempt(the).then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(QuarterdeckError)
      expect((error as QuarterdeckError).code).toBe(code)
      if (the.allowedChanges === 0) expect(the.strategy()).toBe(before)
      expect(the.stage.registry.require('default', moduleId).enabled).toBe(true)
      expect(the.stage.flags.isOn('cost_based_scheduling')).toBe(false)
    })
  })
}
