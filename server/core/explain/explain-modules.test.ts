import { describe, expect, test } from 'vitest'
import { buildInstance, buildModule } from '#server/testing/fake-fleet.ts'
import { ExplainStage, inMs, kindsOf } from './testing/explain-stage.ts'

const second = 1_000

/** Ann took all its instances out, a minute after one another. */
function withInstancesOut(module: ReturnType<typeof buildModule>): ReturnType<typeof buildModule> {
  const begun = Date.parse('2026-11-20T10:00:00Z')
  const instances = module.instances.map((instance, index) => ({
    ...instance,
    out: {
      ...{ reason: `patching ${instance.id}`, by: 'Ann', at: begun + index * 60_000 },
      ...{ giveUpAt: null, deploymentId: null },
    },
  }))
  return { ...module, instances }
}

describe('no module that could take it', () => {
  test('a disabled module is named with who disabled it, why and since when; nobody can say for how long', async () => {
    const disabled = { reason: 'maintenance', by: 'Ann', at: Date.parse('2026-11-20T10:00:00Z'), giveUpAt: null }
    const stage = new ExplainStage(buildModule('m', { enabled: false, disabled }))
    const explanation = await stage.explain(await stage.submit())
    expect(explanation.headline).toBe('Module m is disabled')
    expect(explanation.constraints).toEqual([
      {
        kind: 'module_disabled',
        title: 'Module m is disabled',
        evidence: 'by Ann: maintenance',
        unblock: [{ text: 'Enable m', href: '/modules/m' }],
        since: '2026-11-20T10:00:00.000Z',
        etaMs: null,
      },
    ])
    expect(explanation.eta).toEqual({
      at: null,
      basis: 'unknown, because nobody can say for how long: module m is disabled',
    })
  })

  test('an open breaker says when its probe is let through, and the task is expected then', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const nextProbeAt = new Date(stage.clock.now() + 42 * second).toISOString()
    const lastFailure = { at: nextProbeAt, code: 'HTTP_500', message: 'boom' }
    stage.openBreaker('m-1', { nextProbeAt, lastFailure })
    const explanation = await stage.explain(await stage.submit())
    expect(explanation).toMatchObject({
      headline: 'The breaker of m is open; expected to start in about 42 s',
      constraints: [
        {
          kind: 'breaker_open',
          evidence: 'last failure HTTP_500: boom',
          etaMs: 42 * second,
          unblock: [
            { text: 'Wait for its probe in 42 s', href: null },
            { text: 'Reset the breaker of m', href: '/breakers?module=m' },
          ],
        },
      ],
    })
    expect(inMs(stage, explanation.eta?.at)).toBe(42 * second)
  })

  test('a breaker that is held open says who holds it, and until when', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const expiresAt = new Date(stage.clock.now() + 60 * second).toISOString()
    stage.openBreaker('m-1', { forced: { state: 'open', by: 'Ann', reason: 'outage', at: expiresAt, expiresAt } })
    const [constraint] = (await stage.explain(await stage.submit())).constraints
    expect(constraint).toMatchObject({ evidence: 'held open by Ann: outage', etaMs: 60 * second })
  })

  test.each<[string, (stage: ExplainStage) => void, string, string]>([
    ['down', stage => stage.fleet.setHealth('m-1', 'unhealthy'), 'module_unhealthy', 'Module m is down'],
    ['full', stage => stage.occupy('m', 'm-1', 10), 'module_full', 'Module m is full'],
    [
      'without instances',
      stage => stage.fleet.put(buildModule('m', { instances: [] })),
      'no_instance',
      'Module m has no instance',
    ],
    [
      'out of rotation',
      stage => stage.fleet.put(withInstancesOut(buildModule('m'))),
      'out_of_rotation',
      'The instance of m is out of rotation',
    ],
    ['removed', stage => stage.fleet.remove('m'), 'no_module', 'No module can run work'],
    [
      'at its limit',
      stage => {
        stage.occupy('m', 'm-1', 2)
        stage.policy = { ...stage.policy, moduleLimits: { m: 2 } }
      },
      'module_limit',
      'Module m is at its concurrency limit',
    ],
  ])('a module that is %s is the constraint', async (_what, arrange, kind, title) => {
    const stage = new ExplainStage(buildModule('m'))
    const task = await stage.submit()
    arrange(stage)
    expect((await stage.explain(task)).constraints).toMatchObject([{ kind, title }])
  })

  test('instances out of rotation are told with who took the last one out and why; one that is back but down counts alone', async () => {
    const module = buildModule('m', { instances: [buildInstance('m-1'), buildInstance('m-2')] })
    const stage = new ExplainStage(withInstancesOut(module))
    const task = await stage.submit()
    expect((await stage.explain(task)).constraints).toMatchObject([
      {
        title: 'All 2 instances of m are out of rotation',
        evidence: 'taken out by Ann: patching m-2',
        since: '2026-11-20T10:01:00.000Z',
        unblock: [{ text: 'Put an instance of m back', href: '/modules/m' }],
      },
    ])
    const [first, second] = withInstancesOut(module).instances
    stage.fleet.put({ ...module, instances: [{ ...first, out: null }, second] as typeof module.instances })
    stage.fleet.setHealth('m-1', 'unhealthy')
    expect((await stage.explain(task)).constraints).toMatchObject([{ title: 'Module m is down' }])
  })

  test('a module that offers less than it needs is named with both', async () => {
    const stage = new ExplainStage(buildModule('m', { resources: { cpu: 2, memoryMb: 512 } }))
    const task = await stage.submit({}, { cpu: 1, memoryMb: 1_024 })
    expect((await stage.explain(task)).constraints).toMatchObject([
      { kind: 'resources', evidence: '1 core and 1024 MB needed, 2 cores and 512 MB declared for a call' },
    ])
  })

  test('each of several is named, and the soonest decides; one with room makes them no constraints', async () => {
    const stage = new ExplainStage(buildModule('a'), buildModule('b'), buildModule('c', { enabled: false }))
    stage.learn('b', 2 * second)
    stage.openBreaker('a-1', { nextProbeAt: new Date(stage.clock.now() + 50 * second).toISOString() })
    stage.occupy('b', 'b-1', 10)
    const task = await stage.submit()
    const explanation = await stage.explain(task)
    expect(kindsOf(explanation)).toEqual(['module_disabled', 'breaker_open', 'module_full'])
    expect(explanation.headline).toBe(
      'None of its 3 modules can take it (first: Module b is full); expected to start in about 200 ms',
    )
    // Ten slots, two seconds each.
    expect(inMs(stage, explanation.eta?.at)).toBe(200)
    stage.fleet.put(buildModule('d'))
    expect((await stage.explain(task)).constraints).toEqual([])
  })

  test('a paused module, type or queue is named with who paused it and why, and where to resume it', async () => {
    const stage = new ExplainStage(buildModule('m'))
    const task = await stage.submit()
    const pause = { reason: 'tests at the provider', by: 'Ann', at: '2026-11-20T10:00:00.000Z' }
    stage.pauses = [
      { scope: 'module', id: 'm', ...pause },
      { scope: 'module', id: 'other', ...pause },
      { scope: 'type', id: 'work', ...pause },
      { scope: 'type', id: 'other', ...pause },
    ]
    const { constraints } = await stage.explain(task)
    expect(constraints).toMatchObject([
      { kind: 'paused', title: 'Tasks of type work are paused', since: pause.at, etaMs: null },
      {
        kind: 'module_paused',
        title: 'Module m is paused',
        evidence: 'by Ann: tests at the provider',
        unblock: [{ text: 'Resume m', href: '/modules/m' }],
      },
    ])
    stage.pauses = [{ scope: 'all', id: null, ...pause }]
    expect((await stage.explain(task)).headline).toBe('All work is paused')
  })

  test('of a pinned task only its module counts, and leaving the pin out would help', async () => {
    const stage = new ExplainStage(buildModule('a', { enabled: false }), buildModule('b'))
    const { constraints } = await stage.explain(await stage.submit({ pinnedModuleId: 'a' }))
    expect(constraints).toMatchObject([
      {
        kind: 'module_disabled',
        unblock: [{ href: '/modules/a' }, { text: expect.stringContaining('without moduleId') }],
      },
    ])
  })
})
