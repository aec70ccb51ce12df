import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CreatedKey, KeyView } from '#server/contracts/keys.ts'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { type CallError, type Client, createClient } from '#server/testing/client.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'

const cleanup = new AsyncDisposableStack()
const admin = { email: 'ann@example.org', password: 'a password for tests' }
let running: RunningQuarterdeck
let endpoint: string
let asAdmin: (path: string, input: object) => Promise<unknown>

beforeAll(async () => {
  running = cleanup.use(await runQuarterdeck({ QUARTERDECK_ADMIN_EMAIL: admin.email }))
  const well = createServer((_, response) => void response.end('{"status":"healthy"}'))
  await new Promise<void>(resolve => well.listen(0, '127.0.0.1', resolve))
  cleanup.defer(() => void well.close())
  endpoint = `http://127.0.0.1:${(well.address() as AddressInfo).port}`
  const { url } = running.quarterdeck
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, ...headers },
      body: JSON.stringify(body),
    })
  const signedIn = await post('/api/auth/sign-in/email', admin)
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  asAdmin = async (path, input) => {
    const answer = (await (await post(`/api/trpc/${path}`, input, { cookie })).json()) as {
      result?: { data: unknown }
      error?: { data: unknown }
    }
    return answer.result?.data ?? answer.error?.data
  }
})
afterAll(() => cleanup.disposeAsync())

const registerModule = (id: string) =>
  running.client.mutate<ModuleView>('modules.register', {
    ...{ id, name: id, category: 'test', version: '1', capabilities: [{ type: `${id}.work` }] },
    instances: [{ endpoint: `${endpoint}/${id}` }],
  })
const keyOf = async (moduleId: string): Promise<Client> => {
  const { secret } = (await asAdmin('keys.create', { name: `${moduleId} itself`, moduleId })) as CreatedKey
  return createClient(running.quarterdeck.url, secret)
}
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: CallError) => error.data.appCode,
  )

test('the key of a module brings its own instances in and out and speaks for them, and for no other module', async () => {
  const [own, other] = [await registerModule('own'), await registerModule('other')]
  const client = await keyOf('own')
  const joined = await client.mutate<InstanceView>('instances.register', {
    moduleId: 'own',
    endpoint: `${endpoint}/second`,
    capacity: 3,
  })
  expect(await codeOf(client.mutate('instances.heartbeat', { moduleId: 'own', instanceId: joined.id }))).toBeNull()
  expect(await codeOf(client.mutate('health.report', { moduleId: 'own', status: 'healthy' }))).toBeNull()
  const stranger = { moduleId: 'other', instanceId: other.instances[0]?.id ?? '' }
  for (const [path, input] of [
    ['instances.register', { moduleId: 'other', endpoint: `${endpoint}/stranger` }],
    ['instances.heartbeat', stranger],
    ['instances.deregister', stranger],
    ['health.report', { moduleId: 'other', status: 'unhealthy' }],
  ] as const) {
    expect([path, await codeOf(client.mutate(path, input))]).toEqual([path, 'FORBIDDEN'])
  }
  expect(await codeOf(client.query('modules.get', { id: 'own' }))).toBe('FORBIDDEN')
  expect(await codeOf(client.mutate('instances.deregister', { moduleId: 'own', instanceId: joined.id }))).toBeNull()
  const { instances } = await running.client.query<ModuleView>('modules.get', { id: 'own' })
  expect(instances.map(({ id }) => id)).toEqual(own.instances.map(({ id }) => id))
  const { rows } = await running.database.pool.query<{ action: string }>(
    `SELECT action FROM audit_entry WHERE actor_kind = 'module' AND actor_name = 'own itself' AND action LIKE 'instance.%' ORDER BY id`,
  )
  expect(rows.map(({ action }) => action)).toEqual(['instance.registered', 'instance.deregistered'])
})

test('the key of a module goes with it: another module of the same id does not inherit it', async () => {
  await registerModule('short-lived')
  const client = await keyOf('short-lived')
  await running.client.mutate('modules.disable', { id: 'short-lived', reason: 'over' })
  await running.client.mutate('modules.remove', { id: 'short-lived', reason: 'over' })
  await registerModule('short-lived')
  expect(await codeOf(client.mutate('health.report', { moduleId: 'short-lived', status: 'healthy' }))).toBe(
    'UNAUTHENTICATED',
  )
})

test('a key is for scopes or for a module that is there, and not for both or neither', async () => {
  expect(await asAdmin('keys.create', { name: 'k', moduleId: 'nobody' })).toMatchObject({ appCode: 'MODULE_NOT_FOUND' })
  for (const wrong of [{}, { scopes: ['tasks:read'], moduleId: 'own' }]) {
    expect(await asAdmin('keys.create', { name: 'k', ...wrong })).toMatchObject({
      appCode: 'INVALID_INPUT',
      details: { problems: [{ path: 'scopes' }] },
    })
  }
  const key = (await asAdmin('keys.create', { name: 'k', moduleId: 'own' })) as KeyView
  expect(key).toMatchObject({ scopes: [], moduleId: 'own' })
})

test('an edit of an instance that another came before is refused with what it is now; the same without it is taken', async () => {
  const { id, instances } = await registerModule('edited')
  const target = { moduleId: id, instanceId: instances[0]?.id ?? '' }
  const was = { capacity: 10, weight: 1 }
  await running.client.mutate('instances.update', { ...target, capacity: 4, was })
  const late = running.client.mutate('instances.update', { ...target, weight: 2, was })
  await expect(late).rejects.toMatchObject({
    data: { appCode: 'VERSION_CONFLICT', details: { present: { capacity: 4, weight: 1 } } },
  })
  await running.client.mutate('instances.update', { ...target, weight: 2, was: { capacity: 4, weight: 1 } })
  expect(await running.client.mutate('instances.update', { ...target, weight: 3 })).toMatchObject({
    capacity: 4,
    weight: 3,
  })
})
