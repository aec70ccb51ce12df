import { expect, test } from 'vitest'
import { type KeyVerdict, settleChildren } from './settle-children.ts'

const isNew = (): KeyVerdict => ({ kind: 'new' })

test('parents count once, those that have succeeded are not waited for, and those of the same insert are', () => {
  const statuses = new Map([
    ['ok', 'succeeded'],
    ['runs', 'running'],
  ] as const)
  const verdicts = settleChildren(
    [
      { id: 'a', dependsOn: [] },
      { id: 'b', dependsOn: ['a', 'ok', 'runs', 'a', 'ok'] },
    ],
    isNew,
    id => statuses.get(id as 'ok'),
  )
  expect(verdicts.get('b')).toEqual({ kind: 'added', parents: ['a', 'ok', 'runs'], open: ['a', 'runs'] })
})

test.each(['failed', 'cancelled', 'expired'] as const)(
  'a parent that is %s already bars its child, and all below',
  status => {
    const verdicts = settleChildren(
      [
        { id: 'child', dependsOn: ['p'] },
        { id: 'below', dependsOn: ['child'] },
      ],
      isNew,
      () => status,
    )
    expect([...verdicts.values()]).toEqual([
      { kind: 'parent_failed', parentId: 'p', status },
      { kind: 'parent_rejected', parentId: 'child' },
    ])
  },
)

test('an entry that stands for a task made before is depended on as that task; one that stands for a refused one is refused', () => {
  const keys: Record<string, KeyVerdict> = {
    again: { kind: 'same_as', id: 'made' },
    twin: { kind: 'same_as', id: 'lost' },
    conflict: { kind: 'barred' },
  }
  const verdicts = settleChildren(
    [
      { id: 'again', dependsOn: [] },
      { id: 'child', dependsOn: ['again', 'made'] },
      { id: 'lost', dependsOn: ['nobody'] },
      { id: 'twin', dependsOn: ['nobody'] },
      { id: 'conflict', dependsOn: [] },
      { id: 'below', dependsOn: ['conflict'] },
    ],
    id => keys[id] ?? { kind: 'new' },
    id => (id === 'made' ? 'ready' : undefined),
  )
  expect(Object.fromEntries(verdicts)).toEqual({
    again: { kind: 'same_as', id: 'made' },
    child: { kind: 'added', parents: ['made'], open: ['made'] },
    lost: { kind: 'parent_unknown', parentId: 'nobody' },
    twin: { kind: 'parent_unknown', parentId: 'nobody' },
    conflict: { kind: 'barred' },
    below: { kind: 'parent_rejected', parentId: 'conflict' },
  })
})
