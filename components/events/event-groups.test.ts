import { describe, expect, it } from 'vitest'
import { eventTypes, listEventsInput } from '#server/contracts/events.ts'
import { eventGroupLooks, eventGroups, notableTypes, typesOfGroups } from './event-groups.ts'

/** As the server matches: `*`, `area.*` or the type itself. */
function matches(pattern: string, type: string): boolean {
  return pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))
}

describe('the groups of events', () => {
  it('cover every type of event there is', () => {
    const all = typesOfGroups(eventGroups) ?? []
    expect(eventTypes.filter(type => !all.some(pattern => matches(pattern, type)))).toEqual([])
  })

  it('name no type that does not exist', () => {
    const patterns = [...eventGroups.flatMap(group => eventGroupLooks[group].types), ...notableTypes]
    expect(patterns.filter(pattern => !eventTypes.some(type => matches(pattern, type)))).toEqual([])
  })

  it('are accepted by the server all together and each by itself', () => {
    for (const types of [
      typesOfGroups(eventGroups),
      notableTypes,
      ...eventGroups.map(group => typesOfGroups([group])),
    ]) {
      expect(listEventsInput.safeParse({ types }).success).toBe(true)
    }
  })

  it('mean everything when none is chosen', () => {
    expect(typesOfGroups([])).toBeUndefined()
  })
})

describe('the notable types', () => {
  it('leave out the routine of tasks that go well', () => {
    const routine = eventTypes.filter(type => !notableTypes.some(pattern => matches(pattern, type)))
    expect(routine).toEqual([
      'agent.started',
      'agent.completed',
      'task.blocked',
      'task.scheduled',
      'task.ready',
      'task.running',
      'task.progress',
      'task.succeeded',
      'health.check_passed',
    ])
  })
})
