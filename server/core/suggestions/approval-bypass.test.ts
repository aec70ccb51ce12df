import { beforeEach, describe, expect, test } from 'vitest'
import type { SuggestionState } from '../../contracts/suggestions.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import { applySuggestion } from './apply-suggestion.ts'
import { Approval, grantApproval } from './approval.ts'
import { decideMove } from './moves.ts'
import { evidenceHashOf, type SuggestionRecord } from './suggestion-record.ts'
import { findingOf, hourMs, moduleId, openStage, type Stage } from './testing/suggestion-stage.ts'

let stage: Stage
let id: string

beforeEach(async () => {
  stage = await openStage()
  const { suggestions } = await stage.service.analyze(stage.operator, { windowHours: 24 })
  id = suggestions[0]!.id
})

const strategy = () => stage.registry.require('default', moduleId).strategy
const approve = (by: Principal) => stage.service.approve(by, { id, note: '' })
const applyPorts = () => ({ ...stage.ports, desk: stage.desk, observeMs: 1_000 })
const grantPorts = () => ({ ...stage.ports.approvals, now: () => stage.clock.now() })
const direct = (approval: unknown) => applySuggestion(approval as Approval, '', applyPorts())

async function record(): Promise<SuggestionRecord> {
  return (await stage.store.get('default', id))!
}

async function grant(by: Principal): Promise<Approval> {
  return grantApproval(by, { purpose: 'apply', record: await record() }, grantPorts())
}

/** Writes a state past the core, as somebody with the database could. */
async function overwrite(state: SuggestionState): Promise<void> {
  const present = await record()
  const next = { ...present, state, revision: present.revision + 1 }
  const { tenantId, revision } = present
  const by = stage.operator
  await stage.store.move({
    tenantId,
    suggestionId: id,
    revision,
    record: next,
    by,
    action: '',
    reason: null,
    details: {},
  })
}

async function approvedState(): Promise<Extract<SuggestionState, { status: 'approved' }>> {
  const { state } = await record()
  if (state.status !== 'approved') throw new Error(`it is ${state.status}`)
  return state
}

const service: Principal = {
  kind: 'service',
  id: 'key',
  name: 'deploy bot',
  tenantId: 'default',
  scopes: ['modules:write', 'tasks:submit'],
}
const system: Principal = { kind: 'system', id: 'system', name: 'Quarterdeck', tenantId: 'default' }
const module: Principal = { kind: 'module', id: moduleId, name: 'text', tenantId: 'default', moduleId }
const madeUp = (): Principal => ({
  kind: 'person',
  id: 'Ada',
  name: 'Ada',
  email: 'Ada@example.org',
  tenantId: 'default',
  role: 'admin',
})

/** Every way past an approval that was thought of: what is tried, and the code it is refused with. */
const paths: [what: string, code: string, attempt: () => Promise<unknown>][] = [
  ['approving with a key', 'FORBIDDEN', () => approve(service)],
  ['approving as the program itself', 'FORBIDDEN', () => approve(system)],
  ['approving as a module', 'FORBIDDEN', () => approve(module)],
  ['approving as a person that no session vouches for', 'FORBIDDEN', () => approve(madeUp())],
  ['approving as a copy of a signed-in approver', 'FORBIDDEN', () => approve({ ...stage.person('Ada') })],
  [
    'approving as a signed-in approver brought back from JSON',
    'FORBIDDEN',
    () => approve(JSON.parse(JSON.stringify(stage.person('Ada'))) as Principal),
  ],
  ['approving as a viewer', 'FORBIDDEN', () => approve(stage.person('Vera', 'viewer'))],
  ['approving as an operator', 'FORBIDDEN', () => approve(stage.operator)],
  [
    'approving with a session that outlived the role',
    'FORBIDDEN',
    () => {
      const ada = stage.person('Ada')
      stage.roles.set('Ada', 'operator')
      return approve(ada)
    },
  ],
  [
    'approving what belongs to another tenant',
    'SUGGESTION_NOT_FOUND',
    () => approve(stage.person('Eve', 'admin', 'other')),
  ],
  [
    'approving what one proposed oneself',
    'APPROVAL_OWN_PROPOSAL',
    async () => {
      const ada = stage.person('Ada')
      const proposed = await stage.service.propose(ada, {
        change: { kind: 'module_preference', moduleId, preference: 9 },
        reason: 'faster',
      })
      id = proposed.id
      return approve(ada)
    },
  ],
  [
    'approving a flag of the installation without being an admin',
    'FORBIDDEN',
    async () => {
      id = await proposeFlag()
      return approve(stage.person('Ada'))
    },
  ],
  [
    'applying a flag of the installation without being an admin',
    'FORBIDDEN',
    async () => {
      id = await proposeFlag()
      await approve(stage.person('Root', 'admin'))
      return stage.service.apply(stage.person('Ada'), { id, note: '' })
    },
  ],
  [
    'applying a flag that somebody approved who is no admin any more',
    'APPROVAL_REVOKED',
    async () => {
      id = await proposeFlag()
      await approve(stage.person('Root', 'admin'))
      stage.roles.set('Root', 'approver')
      return stage.service.apply(stage.person('Other root', 'admin'), { id, note: '' })
    },
  ],
  [
    'approving what was refreshed since one looked',
    'SUGGESTION_CHANGED',
    async () => {
      const { revision } = await record()
      await stage.service.analyze(stage.operator, { windowHours: 24 })
      return stage.service.approve(stage.person('Ada'), { id, revision, note: '' })
    },
  ],
  [
    'approving a difference that is another one by now',
    'CONFIGURATION_CHANGED',
    async () => {
      const { configurationHash } = await stage.service.get('default', id)
      await editByHand()
      return stage.service.approve(stage.person('Ada'), { id, configurationHash: configurationHash!, note: '' })
    },
  ],
  [
    'applying what nobody approved',
    'SUGGESTION_STATE',
    () => stage.service.apply(stage.person('Ada'), { id, note: '' }),
  ],
  ['applying what was rejected', 'SUGGESTION_STATE', () => afterApproval(ada => rejectAndApply(ada))],
  ['applying with a key', 'FORBIDDEN', () => afterApproval(() => stage.service.apply(service, { id, note: '' }))],
  [
    'applying as the program itself',
    'FORBIDDEN',
    () => afterApproval(() => stage.service.apply(system, { id, note: '' })),
  ],
  ['applying as a module', 'FORBIDDEN', () => afterApproval(() => stage.service.apply(module, { id, note: '' }))],
  [
    'applying as a made-up person',
    'FORBIDDEN',
    () => afterApproval(() => stage.service.apply(madeUp(), { id, note: '' })),
  ],
  [
    'applying as a viewer',
    'FORBIDDEN',
    () => afterApproval(() => stage.service.apply(stage.person('Vera', 'viewer'), { id, note: '' })),
  ],
  [
    'applying as an operator',
    'FORBIDDEN',
    () => afterApproval(() => stage.service.apply(stage.operator, { id, note: '' })),
  ],
  [
    'applying from another tenant',
    'SUGGESTION_NOT_FOUND',
    () => afterApproval(() => stage.service.apply(stage.person('Eve', 'admin', 'other'), { id, note: '' })),
  ],
  [
    'applying after one lost the role',
    'FORBIDDEN',
    () =>
      afterApproval(ada => {
        stage.roles.set('Ada', 'viewer')
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  [
    'applying what somebody approved who is no approver any more',
    'APPROVAL_REVOKED',
    () =>
      afterApproval(() => {
        stage.roles.set('Ada', 'viewer')
        return stage.service.apply(stage.person('Bob'), { id, note: '' })
      }),
  ],
  [
    'applying what somebody approved who was removed',
    'APPROVAL_REVOKED',
    () =>
      afterApproval(() => {
        stage.roles.delete('Ada')
        return stage.service.apply(stage.person('Bob'), { id, note: '' })
      }),
  ],
  [
    'applying after the approval ran out',
    'APPROVAL_EXPIRED',
    () =>
      afterApproval(async ada => {
        await stage.clock.advance(24 * hourMs)
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  [
    'applying after the configuration changed',
    'APPROVAL_VOID',
    () =>
      afterApproval(async ada => {
        await editByHand()
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  [
    'applying after an instance changed',
    'APPROVAL_VOID',
    () =>
      afterApproval(async ada => {
        const [instance] = stage.registry.require('default', moduleId).instances
        await stage.registry.updateInstance(stage.operator, { moduleId, instanceId: instance!.id, capacity: 99 })
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  [
    'applying after other evidence was found',
    'SUGGESTION_STATE',
    () =>
      afterApproval(async ada => {
        const [effect] = findingOf().expected
        stage.found.findings = [findingOf({ expected: [{ ...effect!, to: 880, low: 870, high: 890 }] })]
        await stage.service.analyze(stage.operator, { windowHours: 24 })
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  [
    'applying with evidence that was overwritten in the database',
    'APPROVAL_VOID',
    () =>
      afterApproval(async ada => {
        const approval = await grant(ada)
        const present = await record()
        const { tenantId, revision } = present
        const act = { kind: 'change' as const, change: { kind: 'module_enabled' as const, moduleId, enabled: false } }
        const forged = { ...present, act }
        const move = { tenantId, suggestionId: id, revision, by: ada, action: '', reason: null, details: {} }
        await stage.store.move({ ...move, record: forged })
        return direct(approval)
      }),
  ],
  [
    'applying an approval that was written into the database',
    'APPROVAL_INVALID',
    () =>
      afterApproval(async ada => {
        const { consent } = await approvedState()
        await overwrite({ status: 'approved', consent: { ...consent, expiresAt: '2099-01-01T00:00:00.000Z' } })
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  [
    'applying with the approval of another suggestion',
    'APPROVAL_INVALID',
    () =>
      afterApproval(async ada => {
        const { consent } = await approvedState()
        const other = await stage.service.propose(stage.operator, {
          change: { kind: 'module_preference', moduleId, preference: 9 },
          reason: 'faster',
        })
        id = other.id
        await overwrite({ status: 'approved', consent })
        return stage.service.apply(ada, { id, note: '' })
      }),
  ],
  ['calling the core with nothing', 'APPROVAL_INVALID', () => direct(undefined)],
  [
    'calling the core with the terms of an approval',
    'APPROVAL_INVALID',
    () => afterApproval(async () => direct(await approvedState())),
  ],
  [
    'calling the core with an object of the same prototype',
    'APPROVAL_INVALID',
    async () => direct(Object.create(Approval.prototype)),
  ],
  [
    'calling the core with a copy of an approval',
    'APPROVAL_INVALID',
    () => afterApproval(async ada => direct(Object.assign({}, await grant(ada)))),
  ],
  [
    'calling the core with a structured clone of an approval',
    'APPROVAL_INVALID',
    () => afterApproval(async ada => direct(structuredClone(await grant(ada)))),
  ],
  [
    'calling the core with an approval brought back from JSON',
    'APPROVAL_INVALID',
    () => afterApproval(async ada => direct(JSON.parse(JSON.stringify(await grant(ada))))),
  ],
  [
    'calling the core with a proxy of an approval',
    'APPROVAL_INVALID',
    () => afterApproval(async ada => direct(new Proxy(await grant(ada), {}))),
  ],
  [
    'making an approval by its constructor',
    'APPROVAL_INVALID',
    async () => new (Approval as unknown as new (key: symbol, terms: object) => unknown)(Symbol('mint'), {}),
  ],
  [
    'using an approval a second time',
    'APPROVAL_SPENT',
    () =>
      afterApproval(async ada => {
        const approval = await grant(ada)
        await direct(approval)
        await stage.service.revert(ada, { id, reason: 'to try again' })
        return direct(approval)
      }, 1),
  ],
  [
    'using a second approval of what was applied',
    'SUGGESTION_CHANGED',
    () =>
      afterApproval(async ada => {
        const [first, second] = [await grant(ada), await grant(ada)]
        await direct(first)
        return direct(second)
      }, 1),
  ],
  [
    'using an approval after it was withdrawn',
    'SUGGESTION_CHANGED',
    () =>
      afterApproval(async ada => {
        const approval = await grant(ada)
        await stage.service.reject(ada, { id, reason: 'no' })
        return direct(approval)
      }),
  ],
  [
    'using an approval that was kept until it ran out',
    'APPROVAL_EXPIRED',
    () =>
      afterApproval(async ada => {
        const approval = await grant(ada)
        await stage.clock.advance(24 * hourMs)
        return direct(approval)
      }),
  ],
  ['rejecting with a key', 'FORBIDDEN', () => stage.service.reject(service, { id, reason: 'no' })],
  [
    'taking back what was never applied',
    'SUGGESTION_STATE',
    () => stage.service.revert(stage.person('Ada'), { id, reason: 'x' }),
  ],
  [
    'taking back with a key',
    'FORBIDDEN',
    () => afterApproval(ada => applyAnd(ada, () => stage.service.revert(service, { id, reason: 'x' })), 1),
  ],
  [
    'taking back as an operator',
    'FORBIDDEN',
    () => afterApproval(ada => applyAnd(ada, () => stage.service.revert(stage.operator, { id, reason: 'x' })), 1),
  ],
  [
    'taking back over what somebody set since',
    'CONFIGURATION_CHANGED',
    () =>
      afterApproval(
        ada =>
          applyAnd(ada, async () => {
            const { configVersion } = stage.registry.require('default', moduleId)
            await stage.registry.update(stage.operator, { id: moduleId, configVersion, strategy: 'weighted' })
            return stage.service.revert(ada, { id, reason: 'x' })
          }),
        2,
      ),
  ],
]

/** How often the configuration may have moved, by acts that were allowed. */
let allowedChanges = 0

async function afterApproval<Result>(attempt: (ada: Principal) => Promise<Result>, allowed = 0): Promise<Result> {
  allowedChanges = allowed
  const ada = stage.person('Ada')
  await approve(ada)
  return attempt(ada)
}

async function applyAnd(by: Principal, attempt: () => Promise<unknown>): Promise<unknown> {
  await stage.service.apply(by, { id, note: '' })
  return attempt()
}

async function rejectAndApply(ada: Principal): Promise<unknown> {
  await stage.service.reject(ada, { id, reason: 'no' })
  return stage.service.apply(ada, { id, note: '' })
}

async function proposeFlag(): Promise<string> {
  const change = { kind: 'flag' as const, name: 'cost_based_scheduling' as const, isOn: true }
  return (await stage.service.propose(stage.operator, { change, reason: 'cheaper' })).id
}

async function editByHand(): Promise<void> {
  const { configVersion } = stage.registry.require('default', moduleId)
  await stage.registry.update(stage.operator, { id: moduleId, configVersion, description: 'edited' })
}

describe(`none of ${paths.length} ways around an approval changes the configuration`, () => {
  test.each(paths)('%s is refused with %s', async (_what, code, attempt) => {
    allowedChanges = 0
    const before = strategy()
    const error: unknown = await attempt().then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(QuarterdeckError)
    expect((error as QuarterdeckError).code).toBe(code)
    if (allowedChanges === 0) expect(strategy()).toBe(before)
    expect(stage.registry.require('default', moduleId).enabled).toBe(true)
    expect(stage.flags.isOn('cost_based_scheduling')).toBe(false)
  })
})

test('each refused decision of a caller is in the audit with its code and who tried', async () => {
  const ada = stage.person('Ada')
  await approve(service).catch(() => {})
  await approve(ada)
  await stage.service.apply(stage.operator, { id, note: '' }).catch(() => {})
  await editByHand()
  await stage.service.apply(ada, { id, note: '' }).catch(() => {})
  expect(
    stage.store.audit
      .filter(({ action }) => action.endsWith('refused'))
      .map(({ action, by, details }) => [action, by.name, details]),
  ).toEqual([
    ['suggestion.approve_refused', 'deploy bot', { code: 'FORBIDDEN' }],
    ['suggestion.apply_refused', 'Olga', { code: 'FORBIDDEN' }],
    ['suggestion.apply_refused', 'Ada', { code: 'APPROVAL_VOID' }],
  ])
})

test('of twenty approvers who apply at once exactly one does, and the configuration changes once', async () => {
  await approve(stage.person('Ada'))
  const versionBefore = stage.registry.require('default', moduleId).configVersion
  const people = Array.from({ length: 20 }, (_, number) => stage.person(`Approver ${number}`))
  const ends = await Promise.allSettled(people.map(person => stage.service.apply(person, { id, note: '' })))
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const end of ends) {
    if (end.status === 'fulfilled') continue
    expect(['SUGGESTION_CHANGED', 'SUGGESTION_STATE']).toContain((end.reason as QuarterdeckError).code)
  }
  expect(strategy()).toBe('round_robin')
  expect(stage.registry.require('default', moduleId).configVersion).toBe(versionBefore + 1)
  const { state } = await record()
  expect(state.status).toBe('applied')
})

test('when the move of the suggestion fails, the change of the configuration is undone with it', async () => {
  const ada = stage.person('Ada')
  await approve(ada)
  const approval = await grant(ada)
  const stale = await record()
  await stage.store.move(
    decideMove(stale, { act: 'reject', by: ada, now: stage.clock.now(), state: stale.state, note: 'first' }),
  )
  const behind = { ...applyPorts(), store: { get: async () => stale } }
  await expect(applySuggestion(approval, '', behind)).rejects.toMatchObject({ code: 'SUGGESTION_CHANGED' })
  expect(strategy()).toBe('power_of_two')
})

test('an approval covers the evidence as it was: the hash is of the act, the figures and the window, in any order of keys', async () => {
  const present = await record()
  const reordered = { ...present, act: Object.fromEntries(Object.entries(present.act).reverse()) as typeof present.act }
  const { digest } = stage.ports
  expect(evidenceHashOf(reordered, digest)).toBe(evidenceHashOf(present, digest))
  const [figure] = present.evidence
  expect(evidenceHashOf({ ...present, evidence: [{ ...figure!, value: 901 }] }, digest)).not.toBe(
    evidenceHashOf(present, digest),
  )
})
