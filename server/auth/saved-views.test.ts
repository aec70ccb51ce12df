import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../api/testing/start-test-api.ts'
import { limits } from '../contracts/common.ts'
import type { SavedView } from '../contracts/views.ts'
import { systemPrincipal } from '../core/shared/principal.ts'

type Headers = Record<string, string>

let api: TestApi
let viewer: Headers
let operator: Headers

beforeAll(async () => {
  api = await startTestApi()
  viewer = await api.personHeaders('viewer')
  operator = await api.personHeaders('operator')
})
afterAll(() => api[Symbol.asyncDispose]())

const failed = { page: 'tasks', name: 'Failed', query: 'status=failed&range=1h' }
const save = (input: object, by: Headers) => api.mutate('views.save', input, by)
const remove = (id: string, by: Headers) => api.mutate('views.remove', { id }, by)
const codeOf = async (call: ReturnType<typeof save>) => (await call).error?.data.appCode
async function list(by: Headers, input?: object): Promise<SavedView[]> {
  return ((await api.query('views.list', input, by)).data as { items: SavedView[] }).items
}

test('a view of one’s own is seen by oneself alone, replaced under its name, and removed by nobody else', async () => {
  const first = (await save(failed, viewer)).data as SavedView
  expect(first).toMatchObject({ ...failed, shared: false, savedBy: 'The viewer' })
  const second = (await save({ ...failed, query: 'status=failed' }, viewer)).data as SavedView
  expect(second.id).toBe(first.id)
  expect(await list(viewer, { page: 'tasks' })).toEqual([second])
  expect(await list(viewer, { page: 'events' })).toEqual([])
  expect(await list(operator)).toEqual([])
  expect(await codeOf(remove(first.id, operator))).toBe('VIEW_NOT_FOUND')
  expect((await remove(first.id, viewer)).status).toBe(200)
  expect(await codeOf(remove(first.id, viewer))).toBe('VIEW_NOT_FOUND')
})

test('a shared view is everybody’s: operators keep it, viewers use it', async () => {
  expect(await codeOf(save({ ...failed, shared: true }, viewer))).toBe('FORBIDDEN')
  const shared = (await save({ ...failed, shared: true }, operator)).data as SavedView
  const another = await api.personHeaders('operator', 'another@example.org')
  const replaced = (await save({ ...failed, query: 'status=expired', shared: true }, another)).data as SavedView
  expect(replaced.id).toBe(shared.id)
  const own = (await save(failed, viewer)).data as SavedView
  expect((await list(viewer)).map(({ id }) => id).sort()).toEqual([shared.id, own.id].sort())
  expect(await codeOf(remove(shared.id, viewer))).toBe('FORBIDDEN')
  expect((await remove(shared.id, another)).status).toBe(200)
  expect(await list(operator)).toEqual([])
})

test('the same name saved many times at once is one view', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => save({ ...failed, name: 'Raced', query: `type=t${index}` }, operator)),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect((await list(operator)).filter(({ name }) => name === 'Raced')).toHaveLength(1)
})

test('saving and removing are kept in the audit log, with what the view shows', async () => {
  const { id } = (await save({ ...failed, name: 'Audited', shared: true }, operator)).data as SavedView
  await remove(id, operator)
  const entries = await api.prisma.auditEntry.findMany({ where: { targetId: id }, orderBy: { at: 'asc' } })
  expect(entries.map(({ action, actorName, details }) => [action, actorName, details])).toEqual(
    ['view.saved', 'view.removed'].map(action => [
      action,
      'The operator',
      { page: 'tasks', name: 'Audited', query: failed.query, shared: true },
    ]),
  )
})

test.each([
  { ...failed, page: 'settings' },
  { ...failed, name: ' ' },
  { ...failed, name: 'x'.repeat(61) },
  { ...failed, query: '?status=failed' },
  { ...failed, query: 'q=two words' },
  { ...failed, query: 'q=#' },
  { ...failed, query: `q=${'x'.repeat(2_000)}` },
])('a view such as %j is refused', async input => {
  expect(await codeOf(save(input, viewer))).toBe('INVALID_INPUT')
})

test('nobody keeps more than the limit, and services keep none', async () => {
  const keeper = await api.personHeaders('viewer', 'keeper@example.org')
  for (let index = 0; index < limits.viewsPerOwner; index++) await save({ ...failed, name: `View ${index}` }, keeper)
  expect(await codeOf(save({ ...failed, name: 'One more' }, keeper))).toBe('TOO_MANY_VIEWS')
  expect((await save({ ...failed, name: 'View 7', query: 'status=ready' }, keeper)).status).toBe(200)
  expect(await codeOf(save(failed, await api.keyHeaders(['tasks:read'])))).toBe('FORBIDDEN')
})

test('views go with the account of their owner, shared ones stay', async () => {
  const leaver = await api.personHeaders('operator', 'leaver@example.org')
  await save({ ...failed, name: 'Mine' }, leaver)
  const shared = (await save({ ...failed, name: 'Ours', shared: true }, leaver)).data as SavedView
  const person = await api.prisma.person.findFirstOrThrow({ where: { email: 'leaver@example.org' } })
  await api.auth.people.remove(systemPrincipal('default'), person.id)
  const left = await api.prisma.savedView.findMany({ where: { savedBy: person.name, name: { in: ['Mine', 'Ours'] } } })
  expect(left.map(({ id }) => id)).toEqual([shared.id])
})
