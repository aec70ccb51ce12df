import { expect, test } from 'vitest'
import { applySuggestion } from './apply-suggestion.ts'
import { Approval } from './approval.ts'
import { decideMove } from './moves.ts'
import { describePaths, type Path, useAttempts } from './testing/approval-attempts.ts'
import { hourMs, moduleId } from './testing/suggestion-stage.ts'

const attempts = useAttempts()

/** Values that are no approval, or were one. */
const paths: Path[] = [
  [
    'applying with evidence that was overwritten in the database',
    'APPROVAL_VOID',
    the =>
      the.afterApproval(async ada => {
        const approval = await the.grant(ada)
        const present = await the.record()
        const { tenantId, revision } = present
        const act = { kind: 'change' as const, change: { kind: 'module_enabled' as const, moduleId, enabled: false } }
        const forged = { ...present, act }
        const move = { tenantId, suggestionId: the.id, revision, by: ada, reason: null, details: {} }
        await the.stage.store.move({ ...move, action: 'suggestion.refreshed', record: forged })
        return the.direct(approval)
      }),
  ],
  [
    'applying an approval that was written into the database',
    'APPROVAL_INVALID',
    the =>
      the.afterApproval(async ada => {
        const { consent } = await the.approvedState()
        await the.overwrite({ status: 'approved', consent: { ...consent, expiresAt: '2099-01-01T00:00:00.000Z' } })
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  [
    'applying with the approval of another suggestion',
    'APPROVAL_INVALID',
    the =>
      the.afterApproval(async ada => {
        const { consent } = await the.approvedState()
        const other = await the.stage.service.propose(the.stage.operator, {
          change: { kind: 'module_preference', moduleId, preference: 9 },
          reason: 'faster',
        })
        the.id = other.id
        await the.overwrite({ status: 'approved', consent })
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  ['calling the core with nothing', 'APPROVAL_INVALID', the => the.direct(undefined)],
  [
    'calling the core with the terms of an approval',
    'APPROVAL_INVALID',
    the => the.afterApproval(async () => the.direct(await the.approvedState())),
  ],
  [
    'calling the core with an object of the same prototype',
    'APPROVAL_INVALID',
    async the => the.direct(Object.create(Approval.prototype)),
  ],
  [
    'calling the core with a copy of an approval',
    'APPROVAL_INVALID',
    the => the.afterApproval(async ada => the.direct(Object.assign({}, await the.grant(ada)))),
  ],
  [
    'calling the core with a structured clone of an approval',
    'APPROVAL_INVALID',
    the => the.afterApproval(async ada => the.direct(structuredClone(await the.grant(ada)))),
  ],
  [
    'calling the core with an approval brought back from JSON',
    'APPROVAL_INVALID',
    the => the.afterApproval(async ada => the.direct(JSON.parse(JSON.stringify(await the.grant(ada))))),
  ],
  [
    'calling the core with a proxy of an approval',
    'APPROVAL_INVALID',
    the => the.afterApproval(async ada => the.direct(new Proxy(await the.grant(ada), {}))),
  ],
  [
    'making an approval by its constructor',
    'APPROVAL_INVALID',
    async () => new (Approval as unknown as new (key: symbol, terms: object) => unknown)(Symbol('mint'), {}),
  ],
  [
    'using an approval a second time',
    'APPROVAL_SPENT',
    the =>
      the.afterApproval(async ada => {
        const approval = await the.grant(ada)
        await the.direct(approval)
        await the.stage.service.revert(ada, { id: the.id, reason: 'to try again' })
        return the.direct(approval)
      }, 1),
  ],
  [
    'using a second approval of what was applied',
    'SUGGESTION_CHANGED',
    the =>
      the.afterApproval(async ada => {
        const [first, second] = [await the.grant(ada), await the.grant(ada)]
        await the.direct(first)
        return the.direct(second)
      }, 1),
  ],
  [
    'using an approval after it was withdrawn',
    'SUGGESTION_CHANGED',
    the =>
      the.afterApproval(async ada => {
        const approval = await the.grant(ada)
        await the.stage.service.reject(ada, { id: the.id, reason: 'no' })
        return the.direct(approval)
      }),
  ],
  [
    'using an approval that was kept until it ran out',
    'APPROVAL_EXPIRED',
    the =>
      the.afterApproval(async ada => {
        const approval = await the.grant(ada)
        await the.stage.clock.advance(24 * hourMs)
        return the.direct(approval)
      }),
  ],
]

describePaths('forged and used values', paths, attempts)

test('when the move of the suggestion fails, the change of the configuration is undone with it', async () => {
  const the = attempts()
  const ada = the.stage.person('Ada')
  await the.approve(ada)
  const approval = await the.grant(ada)
  const stale = await the.record()
  await the.stage.store.move(
    decideMove(stale, { act: 'reject', by: ada, now: the.stage.clock.now(), state: stale.state, note: 'first' }),
  )
  const behind = { ...the.applyPorts(), store: { get: async () => stale } }
  await expect(applySuggestion(approval, '', behind)).rejects.toMatchObject({ code: 'SUGGESTION_CHANGED' })
  expect(the.strategy()).toBe('power_of_two')
})

test('the seal of an approval is told to nobody', async () => {
  const { stage, id } = attempts()
  const ada = stage.person('Ada')
  const approved = await stage.service.approve(ada, { id, note: '' })
  expect(approved.state).toMatchObject({ status: 'approved', consent: { by: { name: 'Ada' } } })
  const shown = [approved, await stage.service.get('default', id), await stage.service.apply(ada, { id, note: '' })]
  for (const view of shown) expect(JSON.stringify(view)).not.toContain('"seal"')
})
