import { expect, test } from 'vitest'
import type { Principal } from '../shared/principal.ts'
import { describePaths, type Path, useAttempts } from './testing/approval-attempts.ts'
import { moduleId } from './testing/suggestion-stage.ts'

const attempts = useAttempts()

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

/** Those who may not, and what is not theirs. */
const paths: Path[] = [
  ['approving with a key', 'FORBIDDEN', the => the.approve(service)],
  ['approving as the program itself', 'FORBIDDEN', the => the.approve(system)],
  ['approving as a module', 'FORBIDDEN', the => the.approve(module)],
  ['approving as a person that no session vouches for', 'FORBIDDEN', the => the.approve(madeUp())],
  ['approving as a copy of a signed-in approver', 'FORBIDDEN', the => the.approve({ ...the.stage.person('Ada') })],
  [
    'approving as a signed-in approver brought back from JSON',
    'FORBIDDEN',
    the => the.approve(JSON.parse(JSON.stringify(the.stage.person('Ada'))) as Principal),
  ],
  ['approving as a viewer', 'FORBIDDEN', the => the.approve(the.stage.person('Vera', 'viewer'))],
  ['approving as an operator', 'FORBIDDEN', the => the.approve(the.stage.operator)],
  [
    'approving with a session that outlived the role',
    'FORBIDDEN',
    the => {
      const ada = the.stage.person('Ada')
      the.stage.roles.set('Ada', 'operator')
      return the.approve(ada)
    },
  ],
  [
    'approving what belongs to another tenant',
    'SUGGESTION_NOT_FOUND',
    the => the.approve(the.stage.person('Eve', 'admin', 'other')),
  ],
  [
    'approving what one proposed oneself',
    'APPROVAL_OWN_PROPOSAL',
    async the => {
      const ada = the.stage.person('Ada')
      const proposed = await the.stage.service.propose(ada, {
        change: { kind: 'module_preference', moduleId, preference: 9 },
        reason: 'faster',
      })
      the.id = proposed.id
      return the.approve(ada)
    },
  ],
  [
    'approving a flag of the installation without being an admin',
    'FORBIDDEN',
    async the => {
      the.id = await the.proposeFlag()
      return the.approve(the.stage.person('Ada'))
    },
  ],
  [
    'applying a flag of the installation without being an admin',
    'FORBIDDEN',
    async the => {
      the.id = await the.proposeFlag()
      await the.approve(the.stage.person('Root', 'admin'))
      return the.stage.service.apply(the.stage.person('Ada'), { id: the.id, note: '' })
    },
  ],
  [
    'applying a flag that somebody approved who is no admin any more',
    'APPROVAL_REVOKED',
    async the => {
      the.id = await the.proposeFlag()
      await the.approve(the.stage.person('Root', 'admin'))
      the.stage.roles.set('Root', 'approver')
      return the.stage.service.apply(the.stage.person('Other root', 'admin'), { id: the.id, note: '' })
    },
  ],
  [
    'applying with a key',
    'FORBIDDEN',
    the => the.afterApproval(() => the.stage.service.apply(service, { id: the.id, note: '' })),
  ],
  [
    'applying as the program itself',
    'FORBIDDEN',
    the => the.afterApproval(() => the.stage.service.apply(system, { id: the.id, note: '' })),
  ],
  [
    'applying as a module',
    'FORBIDDEN',
    the => the.afterApproval(() => the.stage.service.apply(module, { id: the.id, note: '' })),
  ],
  [
    'applying as a made-up person',
    'FORBIDDEN',
    the => the.afterApproval(() => the.stage.service.apply(madeUp(), { id: the.id, note: '' })),
  ],
  [
    'applying as a viewer',
    'FORBIDDEN',
    the =>
      the.afterApproval(() => the.stage.service.apply(the.stage.person('Vera', 'viewer'), { id: the.id, note: '' })),
  ],
  [
    'applying as an operator',
    'FORBIDDEN',
    the => the.afterApproval(() => the.stage.service.apply(the.stage.operator, { id: the.id, note: '' })),
  ],
  [
    'applying from another tenant',
    'SUGGESTION_NOT_FOUND',
    the =>
      the.afterApproval(() =>
        the.stage.service.apply(the.stage.person('Eve', 'admin', 'other'), { id: the.id, note: '' }),
      ),
  ],
  [
    'applying after one lost the role',
    'FORBIDDEN',
    the =>
      the.afterApproval(ada => {
        the.stage.roles.set('Ada', 'viewer')
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  [
    'applying what somebody approved who is no approver any more',
    'APPROVAL_REVOKED',
    the =>
      the.afterApproval(() => {
        the.stage.roles.set('Ada', 'viewer')
        return the.stage.service.apply(the.stage.person('Bob'), { id: the.id, note: '' })
      }),
  ],
  [
    'applying what somebody approved who was removed',
    'APPROVAL_REVOKED',
    the =>
      the.afterApproval(() => {
        the.stage.roles.delete('Ada')
        return the.stage.service.apply(the.stage.person('Bob'), { id: the.id, note: '' })
      }),
  ],
  ['rejecting with a key', 'FORBIDDEN', the => the.stage.service.reject(service, { id: the.id, reason: 'no' })],
  [
    'taking back with a key',
    'FORBIDDEN',
    the =>
      the.afterApproval(
        ada => the.applyAnd(ada, () => the.stage.service.revert(service, { id: the.id, reason: 'x' })),
        1,
      ),
  ],
  [
    'taking back as an operator',
    'FORBIDDEN',
    the =>
      the.afterApproval(
        ada => the.applyAnd(ada, () => the.stage.service.revert(the.stage.operator, { id: the.id, reason: 'x' })),
        1,
      ),
  ],
]

describePaths('who may not', paths, attempts)

test('each refused decision of a caller is in the audit with its code and who tried', async () => {
  const the = attempts()
  const ada = the.stage.person('Ada')
  await the.approve(service).catch(() => {})
  await the.approve(ada)
  await the.stage.service.apply(the.stage.operator, { id: the.id, note: '' }).catch(() => {})
  await the.editByHand()
  await the.stage.service.apply(ada, { id: the.id, note: '' }).catch(() => {})
  expect(
    the.stage.store.audit
      .filter(({ action }) => action.endsWith('refused'))
      .map(({ action, by, details }) => [action, by.name, details]),
  ).toEqual([
    ['suggestion.approve_refused', 'deploy bot', { code: 'FORBIDDEN' }],
    ['suggestion.apply_refused', 'Olga', { code: 'FORBIDDEN' }],
    ['suggestion.apply_refused', 'Ada', { code: 'APPROVAL_VOID' }],
  ])
})
