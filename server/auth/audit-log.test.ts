import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../api/testing/start-test-api.ts'
import type { AuditView } from '../contracts/audit.ts'
import type { Principal } from '../core/shared/principal.ts'
import { insertAudit } from '../persistence/audit.ts'

type Headers = Record<string, string>

let api: TestApi
let operator: Headers

const ann: Principal = {
  kind: 'person',
  id: 'person-ann',
  name: 'Ann Other',
  email: 'ann@example.org',
  tenantId: 'default',
  role: 'operator',
}

beforeAll(async () => {
  api = await startTestApi()
  operator = await api.personHeaders('operator')
  await api.prisma.tenant.create({ data: { id: 'elsewhere', name: 'Elsewhere' } })
  await insertAudit(
    api.prisma,
    { ...ann, tenantId: 'elsewhere' },
    { action: 'module.disabled', targetKind: 'module', targetId: 'theirs' },
  )
  for (const targetId of ['first', 'second', 'third'])
    await insertAudit(api.prisma, ann, {
      action: 'module.disabled',
      targetKind: 'module',
      targetId,
      reason: 'night 50%',
    })
  await insertAudit(api.prisma, ann, {
    action: 'alert_rule.changed',
    targetKind: 'setting',
    targetId: 'queue-age',
    details: { was: 1, is: 2 },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

async function list(input: object): Promise<{ items: AuditView[]; nextCursor: string | null }> {
  return (await api.query('audit.list', input, operator)).data as { items: AuditView[]; nextCursor: string | null }
}
const targets = async (input: object) => (await list(input)).items.map(({ target }) => target.id)

test('what was done is listed newest first, page by page, to operators of the tenant', async () => {
  const first = await list({ q: 'Ann Other', limit: 3 })
  expect(first.items.map(({ target }) => target.id)).toEqual(['queue-age', 'third', 'second'])
  expect(first.items[0]).toMatchObject({
    actor: { kind: 'person', id: 'person-ann', name: 'Ann Other' },
    action: 'alert_rule.changed',
    target: { kind: 'setting', id: 'queue-age' },
    reason: null,
    details: { was: 1, is: 2 },
  })
  expect(await targets({ q: 'Ann Other', limit: 3, cursor: first.nextCursor })).toEqual(['first'])
  const viewer = await api.personHeaders('viewer')
  expect((await api.query('audit.list', {}, viewer)).error?.data.appCode).toBe('FORBIDDEN')
})

test('it is found by area, by who, by text as it stands, and by time', async () => {
  expect(await targets({ areas: ['alert'] })).toEqual(['queue-age'])
  expect(await targets({ q: 'NIGHT 50%' })).toEqual(['third', 'second', 'first'])
  expect(await targets({ q: 'night_50' })).toEqual([])
  expect(await targets({ q: 'Ann', actorKind: 'service' })).toEqual([])
  const [, third] = (await list({ q: 'Ann Other' })).items
  expect(await targets({ q: 'Ann Other', from: third?.at })).toEqual(['queue-age', 'third'])
  expect(await targets({ q: 'Ann Other', to: third?.at })).toEqual(['second', 'first'])
})
