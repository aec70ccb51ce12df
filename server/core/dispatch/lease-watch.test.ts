import { beforeEach, describe, expect, test } from 'vitest'
import { systemPrincipal } from '../shared/principal.ts'
import { LeaseWatch } from './lease-watch.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'

let stage: DispatchHarness
let watch: LeaseWatch

beforeEach(async () => {
  stage = new DispatchHarness({ modules: [{ id: 'a', types: ['work'], slots: 2, answer: () => 'never' }] })
  watch = new LeaseWatch({ store: stage.line.port, running: stage.dispatcher, replicaId: 'own' })
  await stage.start()
})

describe('what others did to leases of this replica', () => {
  test('a task that was cancelled elsewhere is stopped, with the reason given there; others run on', async () => {
    const tasks = await stage.submit('work', 2)
    await stage.clock.advance(20)
    await stage.tasks.cancel(systemPrincipal('default'), tasks[0]?.id ?? '', 'not needed')
    await watch.stopCancelled()
    await stage.clock.advance(20)
    expect(await stage.statuses(tasks)).toEqual(['cancelled', 'running'])
    expect((await stage.get(tasks[0])).endReason).toBe('not needed')
    expect(stage.takenSlots).toBe(1)
  })

  test('a call whose lease was taken over is ended, its outcome changes nothing, and its slot is free', async () => {
    const tasks = await stage.submit('work', 2)
    await stage.clock.advance(20)
    await watch.stopTakenOver()
    expect(stage.takenSlots).toBe(2)
    await stage.tasks.reclaim(5_000, 'own')
    const [taken] = await stage.tasks.claim([{ laneId: 1, slots: 1 }], 1, 'other')
    await watch.stopTakenOver()
    // The other task has become ready without a word: it is found at the next look at all lanes.
    await stage.clock.advance(1_100)
    expect(stage.dispatcher.staleFinishes).toBe(2)
    expect(await stage.tasks.leasesOf('other', 'all')).toMatchObject([{ taskId: taken?.id, leaseNo: taken?.leaseNo }])
    expect(await stage.statuses(tasks)).toEqual(['running', 'running'])
  })

  test('one that others may count dead claims nothing until it is heard again', async () => {
    stage.mayClaim = false
    const tasks = await stage.submit('work', 1)
    await stage.clock.advance(5_000)
    expect(await stage.statuses(tasks)).toEqual(['ready'])
    stage.mayClaim = true
    await stage.clock.advance(1_100)
    expect(await stage.statuses(tasks)).toEqual(['running'])
  })
})
