import { expect, test } from 'vitest'
import type { SimulationView } from '../../contracts/simulations.ts'
import type { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import { evidenceHashOf } from './suggestion-record.ts'
import { type Attempts, describePaths, type Path, useAttempts } from './testing/approval-attempts.ts'
import { findingOf, hourMs, moduleId } from './testing/suggestion-stage.ts'

const attempts = useAttempts()

async function rejectAndApply(the: Attempts, ada: Principal): Promise<unknown> {
  await the.stage.service.reject(ada, { id: the.id, reason: 'no' })
  return the.stage.service.apply(ada, { id: the.id, note: '' })
}

/** What an approval stands on is not so, or not so any more. */
const paths: Path[] = [
  [
    'approving on evidence that was renewed since one looked',
    'SUGGESTION_CHANGED',
    async the => {
      const { evidenceHash } = await the.stage.service.get('default', the.id)
      const [figure] = findingOf().evidence
      the.stage.found.findings = [findingOf({ evidence: [{ ...figure!, value: 950 }] })]
      await the.stage.service.analyze(the.stage.operator, { windowHours: 24 })
      return the.stage.service.approve(the.stage.person('Ada'), { id: the.id, evidenceHash, note: '' })
    },
  ],
  [
    'approving a difference that is another one by now',
    'CONFIGURATION_CHANGED',
    async the => {
      const { configurationHash } = await the.stage.service.get('default', the.id)
      await the.editByHand()
      return the.stage.service.approve(the.stage.person('Ada'), {
        id: the.id,
        configurationHash: configurationHash!,
        note: '',
      })
    },
  ],
  [
    'applying what nobody approved',
    'SUGGESTION_STATE',
    the => the.stage.service.apply(the.stage.person('Ada'), { id: the.id, note: '' }),
  ],
  ['applying what was rejected', 'SUGGESTION_STATE', the => the.afterApproval(ada => rejectAndApply(the, ada))],
  [
    'applying after the approval ran out',
    'APPROVAL_EXPIRED',
    the =>
      the.afterApproval(async ada => {
        await the.stage.clock.advance(24 * hourMs)
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  [
    'applying after the configuration changed',
    'APPROVAL_VOID',
    the =>
      the.afterApproval(async ada => {
        await the.editByHand()
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  [
    'applying after an instance changed',
    'APPROVAL_VOID',
    the =>
      the.afterApproval(async ada => {
        const [instance] = the.stage.registry.require('default', moduleId).instances
        await the.stage.registry.updateInstance(the.stage.operator, {
          moduleId,
          instanceId: instance!.id,
          capacity: 99,
        })
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  [
    'applying after other evidence was found',
    'SUGGESTION_STATE',
    the =>
      the.afterApproval(async ada => {
        const [effect] = findingOf().expected
        the.stage.found.findings = [findingOf({ expected: [{ ...effect!, to: 880, low: 870, high: 890 }] })]
        await the.stage.service.analyze(the.stage.operator, { windowHours: 24 })
        return the.stage.service.apply(ada, { id: the.id, note: '' })
      }),
  ],
  [
    'taking back what was never applied',
    'SUGGESTION_STATE',
    the => the.stage.service.revert(the.stage.person('Ada'), { id: the.id, reason: 'x' }),
  ],
  [
    'taking back over what somebody set since',
    'CONFIGURATION_CHANGED',
    the =>
      the.afterApproval(
        ada =>
          the.applyAnd(ada, async () => {
            const { configVersion } = the.stage.registry.require('default', moduleId)
            await the.stage.registry.update(the.stage.operator, { id: moduleId, configVersion, strategy: 'weighted' })
            return the.stage.service.revert(ada, { id: the.id, reason: 'x' })
          }),
        2,
      ),
  ],
]

describePaths('what is not so any more', paths, attempts)

test('of twenty approvers who apply at once exactly one does, and the configuration changes once', async () => {
  const the = attempts()
  await the.approve(the.stage.person('Ada'))
  const versionBefore = the.stage.registry.require('default', moduleId).configVersion
  const people = Array.from({ length: 20 }, (_, number) => the.stage.person(`Approver ${number}`))
  const ends = await Promise.allSettled(people.map(person => the.stage.service.apply(person, { id: the.id, note: '' })))
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const end of ends) {
    if (end.status === 'fulfilled') continue
    expect(['SUGGESTION_CHANGED', 'SUGGESTION_STATE']).toContain((end.reason as QuarterdeckError).code)
  }
  expect(the.strategy()).toBe('round_robin')
  expect(the.stage.registry.require('default', moduleId).configVersion).toBe(versionBefore + 1)
  const { state } = await the.record()
  expect(state.status).toBe('applied')
})

test('an approval covers the evidence as it was: the hash is of the act, the figures and the window, in any order of keys', async () => {
  const the = attempts()
  const present = await the.record()
  const reordered = { ...present, act: Object.fromEntries(Object.entries(present.act).reverse()) as typeof present.act }
  const { digest } = the.stage.ports
  expect(evidenceHashOf(reordered, digest)).toBe(evidenceHashOf(present, digest))
  const [figure] = present.evidence
  expect(evidenceHashOf({ ...present, evidence: [{ ...figure!, value: 901 }] }, digest)).not.toBe(
    evidenceHashOf(present, digest),
  )
})

test('a new simulation leaves what an approver has read as it was: the approval is given', async () => {
  const the = attempts()
  const { evidenceHash, configurationHash } = await the.stage.service.get('default', the.id)
  the.stage.ports.simulations.run = async () => ({ id: 'run' }) as SimulationView
  const { revision } = await the.stage.service.simulate(the.stage.operator, { id: the.id, windowHours: 24 })
  expect(revision).toBe(2)
  const read = { id: the.id, evidenceHash, configurationHash: configurationHash!, note: '' }
  const { state } = await the.stage.service.approve(the.stage.person('Ada'), read)
  expect(state.status).toBe('approved')
})
