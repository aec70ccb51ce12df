import { describe, expect, test } from 'vitest'
import { deployModuleInput } from '../../../contracts/deployments.ts'
import type { EventType } from '../../../contracts/events.ts'
import { decideDeploy, decideMove } from '../decide-deployment.ts'
import { decideDeregisterInstance, decidePutBack, decideRegisterInstance, decideTakeOut } from '../decide-instances.ts'
import { decideRegister, decideRemove } from '../decide-registration.ts'
import { decideDisable } from '../decide-switch.ts'
import { decideUpdate } from '../decide-update.ts'
import { inOrder } from '../instance-identity.ts'
import type { Act } from '../module-change.ts'
import type { ModuleRecord } from '../module-record.ts'
import type { ModuleChange, ModuleStore } from '../module-store.ts'
import { ann, disabling, instanceRecord, registration } from './builders.ts'

/** A store and what is behind it, as far as the contract looks there. */
export interface StoreUnderTest extends AsyncDisposable {
  store: ModuleStore
  /** Rows of the configuration history of a tenant, in the order of their versions. */
  history(tenantId: string): Promise<{ entityKind: string; entityId: string; version: number; value: unknown }[]>
  audit(tenantId: string): Promise<{ action: string; actorName: string; targetId: string; reason: string | null }[]>
  events(tenantId: string): Promise<{ type: EventType; moduleId: string | null; data: unknown }[]>
  /** Makes a tenant beside the default one. */
  addTenant(id: string): Promise<void>
}

const act: Act = { by: ann, now: Date.UTC(2026, 10, 21, 12) }
const tenant = ann.tenantId

/** What every module store promises. `open` gives an empty one. */
export function describeModuleStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps what every module store promises`, () => {
    test('a registered module is loaded again exactly as it was decided', async () => {
      await using underTest = await open()
      const { after } = await register(underTest.store, 'full', {
        owner: 'Team',
        description: 'Says what it does',
        costPerHourUsd: 0.1234567891,
        preference: -3,
        strategy: 'weighted',
        bodyStyle: 'payload',
        breaker: { failureThreshold: 2, openMs: 1_000 },
        retry: { maxAttempts: 2, backoff: 'linear' },
        capabilities: [{ type: 'a', inputSchema: { type: 'object', required: ['b', 'a'] } }, { type: 'b' }],
        instances: [{ endpoint: 'http://10.0.0.2' }, { endpoint: 'http://10.0.0.1', capacity: 3, weight: 0.5 }],
      })
      expect(await underTest.store.loadAll()).toEqual([after])
    })

    test('an edit, a disabling, and instances that join, change and leave are loaded again as decided', async () => {
      await using underTest = await open()
      const { store } = underTest
      await register(store, 'm')
      const joining = instanceRecord('http://10.0.0.9')
      await store.change(tenant, 'm', state => decideRegisterInstance(state, 'm', joining, act))
      await store.change(tenant, 'm', state => decideRegisterInstance(state, 'm', { ...joining, capacity: 99 }, act))
      const first = instanceRecord('http://10.0.0.1/m').id
      await store.change(tenant, 'm', state => decideDeregisterInstance(state, 'm', first, act))
      const edit = { input: { id: 'm', configVersion: 1, name: 'Renamed', dependsOn: [] }, capabilities: null }
      await store.change(tenant, 'm', state => decideUpdate(state, edit, act))
      const last = await store.change(tenant, 'm', state => decideDisable(state, disabling('m', 'maintenance'), act))
      expect(await store.loadAll()).toEqual([last?.after])
      expect(last?.after).toMatchObject({
        name: 'Renamed',
        configVersion: 2,
        disabled: { reason: 'maintenance', by: 'Ann', at: act.now, giveUpAt: null },
        instances: [{ endpoint: 'http://10.0.0.9', capacity: 99 }],
      })
    })

    test('what is taken out, put back, deployed and moved on is loaded again as decided', async () => {
      await using underTest = await open()
      const { store } = underTest
      await register(store, 'm', { instances: [{ endpoint: 'http://10.0.0.1' }, { endpoint: 'http://10.0.0.2' }] })
      const [one, two] = ['http://10.0.0.1', 'http://10.0.0.2'].map(endpoint => instanceRecord(endpoint).id)
      const takeOut = { moduleId: 'm', instanceId: one!, reason: 'noisy', giveUpAfterMs: 5_000 }
      await store.change(tenant, 'm', state => decideTakeOut(state, takeOut, act))
      const other = { moduleId: 'm', instanceId: two!, reason: 'noisy', giveUpAfterMs: null }
      await store.change(tenant, 'm', state => decideTakeOut(state, other, act))
      const later = { ...act, now: act.now + 60_000 }
      await store.change(tenant, 'm', state => decidePutBack(state, { moduleId: 'm', instanceId: two! }, later))
      const joining = instanceRecord('http://10.0.0.3', { version: '2.0.0' })
      const prepared = {
        input: deployModuleInput.parse({
          id: 'm',
          version: '2.0.0',
          instances: [joining].map(({ endpoint }) => ({ endpoint })),
        }),
        id: 'd-1',
        instances: [joining],
      }
      await store.change(tenant, 'm', state => decideDeploy(state, prepared, act))
      const target = { moduleId: 'm', deploymentId: 'd-1', isQuiet: false }
      const last = await store.change(tenant, 'm', state => decideMove(state, target, { kind: 'step', step: 0 }, later))
      expect(await store.loadAll()).toEqual([last?.after])
      expect(last?.after).toMatchObject({
        deployment: { id: 'd-1', state: 'stepping', step: 0, round: 2, since: later.now },
        instances: [
          { out: { reason: 'noisy', by: 'Ann', at: act.now, giveUpAt: act.now + 5_000, deploymentId: null } },
          { out: null, inRotationSince: later.now },
          { version: '2.0.0' },
        ],
      })
      await store.change(tenant, 'm', state => decideMove(state, target, { kind: 'roll_back', reason: 'x' }, later))
      const left = await store.change(tenant, 'm', state => decideMove(state, target, { kind: 'leave' }, later))
      expect(left?.after?.instances.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0'])
      expect(await store.loadAll()).toEqual([left?.after])
    })

    test('each decision sees everything that was committed before it', async () => {
      await using underTest = await open()
      const { store } = underTest
      const first = await register(store, 'a')
      const second = await register(store, 'b')
      await store.change(tenant, 'a', state => decideDisable(state, disabling('a', 'x'), act))
      let seen: ReadonlyMap<string, ModuleRecord> = new Map()
      await store.change(tenant, 'b', state => {
        seen = state.modules
        return null
      })
      expect([...seen.keys()].sort()).toEqual(['a', 'b'])
      expect(seen.get('a')).toEqual({
        ...first.after,
        enabled: false,
        disabled: { reason: 'x', by: 'Ann', at: act.now, giveUpAt: null },
      })
      expect(seen.get('b')).toEqual(second.after)
    })

    test('a change leaves its history, audit entry and events behind', async () => {
      await using underTest = await open()
      await register(underTest.store, 'm')
      await underTest.store.change(tenant, 'm', state => decideDisable(state, disabling('m', 'maintenance'), act))
      expect(await underTest.audit(tenant)).toEqual([
        { action: 'module.registered', actorName: 'Ann', targetId: 'm', reason: null },
        { action: 'module.disabled', actorName: 'Ann', targetId: 'm', reason: 'maintenance' },
      ])
      expect((await underTest.events(tenant)).map(event => [event.type, event.moduleId])).toEqual([
        ['module.registered', 'm'],
        ['module.disabled', 'm'],
      ])
      const history = await underTest.history(tenant)
      expect(history.map(row => [row.entityKind, row.entityId, row.version])).toEqual([
        ['instance', `m/${instanceRecord('http://10.0.0.1/m').id}`, 1],
        ['module', 'm', 1],
        ['module_state', 'm', 1],
        ['module_state', 'm', 2],
      ])
      expect(history.at(-1)?.value).toEqual({ enabled: false, reason: 'maintenance' })
    })

    test('no secret stands in the history, the audit log or an event', async () => {
      await using underTest = await open()
      await register(underTest.store, 'm')
      const written = [
        await underTest.history(tenant),
        await underTest.audit(tenant),
        await underTest.events(tenant),
      ] as const
      expect(written.every(rows => rows.length > 0)).toBe(true)
      expect(JSON.stringify(written)).not.toContain('whsec_')
    })

    test('a refused or empty decision writes nothing', async () => {
      await using underTest = await open()
      const { store } = underTest
      await register(store, 'm')
      const before = [await store.loadAll(), await underTest.history(tenant), await underTest.audit(tenant)]
      const refusal = new Error('refused')
      await expect(
        store.change(tenant, 'm', () => {
          throw refusal
        }),
      ).rejects.toBe(refusal)
      expect(await store.change(tenant, 'm', () => null)).toBeNull()
      expect([await store.loadAll(), await underTest.history(tenant), await underTest.audit(tenant)]).toEqual(before)
      expect(await underTest.events(tenant)).toHaveLength(1)
    })

    test('configuration versions go on after a module was removed and registered again', async () => {
      await using underTest = await open()
      const { store } = underTest
      await register(store, 'm')
      await store.change(tenant, 'm', state => decideDisable(state, disabling('m', 'x'), act))
      await store.change(tenant, 'm', state => decideRemove(state, 'm', 'x', act))
      expect(await store.loadAll()).toEqual([])
      const again = await register(store, 'm')
      expect(again.after?.configVersion).toBe(3)
      const versions = (await underTest.history(tenant)).filter(row => row.entityKind === 'module')
      expect(versions.map(row => row.version)).toEqual([1, 2, 3])
      expect(await store.loadAll()).toEqual([again.after])
    })

    test('changes of one tenant are decided one after another, however many are asked for at once', async () => {
      await using underTest = await open()
      await register(underTest.store, 'm', { instances: [] })
      const endpoints = Array.from({ length: 12 }, (_, index) => `http://10.0.1.${index}`)
      await Promise.all(
        endpoints.map(endpoint =>
          underTest.store.change(tenant, 'm', state => {
            const place = 1 + (state.modules.get('m')?.instances.length ?? 0)
            return decideRegisterInstance(state, 'm', instanceRecord(endpoint, { capacity: place }), act)
          }),
        ),
      )
      const [module] = await underTest.store.loadAll()
      const places = module?.instances.map(instance => instance.capacity).sort((a, b) => a - b)
      expect(places).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    })

    test('a tenant neither sees nor touches the modules of another', async () => {
      await using underTest = await open()
      const { store } = underTest
      await underTest.addTenant('other')
      await register(store, 'm')
      let seen = -1
      await store.change('other', 'm', state => {
        seen = state.modules.size + state.lastConfigVersion
        const prepared = { input: registration('m'), capabilities: [], instances: [], secret: 'whsec_other' }
        return decideRegister(state, prepared, { ...act, by: { ...ann, tenantId: 'other' } })
      })
      expect(seen).toBe(0)
      expect((await store.loadAll()).map(module => [module.tenantId, module.id, module.secret])).toEqual([
        [tenant, 'm', 'whsec_m'],
        ['other', 'm', 'whsec_other'],
      ])
      expect(await underTest.audit('other')).toHaveLength(1)
    })
  })
}

async function register(
  store: ModuleStore,
  id: string,
  overrides: Record<string, unknown> = {},
): Promise<ModuleChange> {
  const input = registration(id, overrides)
  const instances = inOrder(
    input.instances.map(({ endpoint, capacity, weight }) => instanceRecord(endpoint, { capacity, weight })),
  )
  const capabilities = input.capabilities.map(({ type, inputSchema, outputSchema }) => ({
    type,
    inputSchema: inputSchema ?? null,
    outputSchema: outputSchema ?? null,
  }))
  const prepared = { input, capabilities, instances, secret: `whsec_${id}` }
  const change = await store.change(tenant, id, state => decideRegister(state, prepared, act))
  return change!
}
