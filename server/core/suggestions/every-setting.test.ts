import { beforeEach, expect, test } from 'vitest'
import { configurationChangeSchema } from '../../contracts/configuration-changes.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { oneOfEach } from '../changes/testing/one-of-each.ts'
import { ann, registration } from '../registry/testing/builders.ts'
import type { Person } from '../shared/signed-in.ts'
import { moduleId, openStage, type Stage } from './testing/suggestion-stage.ts'

const taskType = `${moduleId}.run`

let stage: Stage
let ada: Person

beforeEach(async () => {
  stage = await openStage()
  await stage.registry.register(ann, registration('other'))
  ada = stage.person('Ada', 'admin')
})

const kinds = configurationChangeSchema.options
  .map(option => option.shape.kind.value)
  .filter(kind => kind !== 'instance_count')

/** What is configured, without the versions and times of edits. */
function bare({ modules, policy, flags, choice }: ConfigurationSnapshot) {
  return {
    modules: modules.map(module => ({ ...module, configVersion: 0, updatedAt: 0, disabled: null })),
    policy: { ...policy, version: 0 },
    flags,
    choice: { ...choice, version: 0 },
  }
}

const configured = async () => bare(await stage.desk.snapshot('default'))

test.each(kinds)(
  '%s is proposed, approved, applied as it was simulated, and taken back to what was before',
  async kind => {
    const present = await stage.desk.snapshot('default')
    const module = present.modules.find(({ id }) => id === moduleId)!
    const change = oneOfEach(module, taskType).find(each => each.kind === kind)
    if (!change) throw new Error(`no example of ${kind}`)
    const before = await configured()
    const { id } = await stage.service.propose(stage.operator, {
      change,
      reason: 'The simulation shows a shorter wait.',
    })
    expect(await configured()).toEqual(before)
    await stage.service.approve(ada, { id, note: '' })
    await stage.service.apply(ada, { id, note: '' })
    expect(await configured()).toEqual(bare(applyChange(present, change)))
    expect(await configured()).not.toEqual(before)
    await stage.service.revert(ada, { id, reason: 'It was a rehearsal.' })
    expect(await configured()).toEqual(before)
  },
)

test('what the registry would refuse of modules that need each other is not even proposed', async () => {
  const needs = (id: string, dependsOn: string[]) =>
    stage.service.propose(stage.operator, {
      change: { kind: 'module_dependencies', moduleId: id, dependsOn },
      reason: 'They belong together.',
    })
  const { id } = await needs(moduleId, ['other'])
  await stage.service.approve(ada, { id, note: '' })
  await stage.service.apply(ada, { id, note: '' })
  await expect(needs('other', [moduleId])).rejects.toMatchObject({ code: 'DEPENDENCY_CYCLE' })
  await expect(needs(moduleId, ['nobody'])).rejects.toMatchObject({ code: 'DEPENDENCY_UNKNOWN' })
  const off = { kind: 'module_enabled' as const, moduleId: 'other', enabled: false }
  const proposal = stage.service.propose(stage.operator, { change: off, reason: 'It is idle.' })
  await expect(proposal).rejects.toMatchObject({ code: 'MODULE_REQUIRED', details: { requiredBy: [moduleId] } })
})
