import { expect, test } from 'vitest'
import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import { service } from '../analysis/testing/fleet.ts'
import { snapshotOf } from '../simulator/testing/synthetic-history.ts'
import { concernedTypes } from './concerned-types.ts'

const { modules } = snapshotOf(
  service('reader', { types: ['read', 'count'] }),
  service('reserve', { types: ['read', 'print'] }),
  service('other', { types: ['sing'] }),
)
const catalog = {
  get: (_tenantId: string, id: string) => modules.find(module => module.id === id),
  capableOf: (_tenantId: string, type: string) =>
    modules.filter(({ capabilities }) => capabilities.some(each => each.type === type)),
}
const fleet = { kind: 'fleet' as const, id: 'fleet', name: 'Everything' }
const read = { kind: 'type' as const, id: 'read', name: 'read' }

test.each<[string, ConfigurationChange, typeof read | typeof fleet, string[] | null]>([
  [
    'a setting of a module: all it may run',
    { kind: 'module_preference', moduleId: 'reader', preference: 1 },
    fleet,
    ['read', 'count'],
  ],
  [
    'a module that is enabled for one type: what else it may run as well',
    { kind: 'module_enabled', moduleId: 'reserve', enabled: true },
    read,
    ['read', 'print'],
  ],
  [
    'the priority of a type: those that compete with it for its modules as well',
    { kind: 'type_priority', taskType: 'read', priority: 1 },
    read,
    ['read', 'count', 'print'],
  ],
  ['the retries of a type: that type alone', { kind: 'type_retry', taskType: 'read', retry: null }, read, ['read']],
  ['a limit of everything: everything', { kind: 'tenant_limit', limit: 5 }, fleet, null],
  [
    'a flag, whichever module made somebody propose it',
    { kind: 'flag', name: 'cost_based_scheduling', isOn: true },
    read,
    null,
  ],
  ['a module that has gone', { kind: 'module_preference', moduleId: 'gone', preference: 1 }, fleet, []],
])('a verdict looks at what a change may do: %s', (_what, change, subject, types) => {
  expect(concernedTypes(catalog, 'default', { change, subject })).toEqual(types)
})
