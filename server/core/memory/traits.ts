import type { PatternTrait } from '../../contracts/memory.ts'
import type { TracedCall } from './find-patterns.ts'

/** A trait, and the places of the calls that have it. */
export interface TraitMembers {
  trait: PatternTrait
  members: readonly number[]
}

/** Fields and values of payloads beyond these are not looked at, so that the number of traits stays bounded. */
const mostFields = 20
const mostValues = 10
const sizeBounds = [0, 1_024, 8_192, 65_536] as const
const hourMs = 3_600_000

/** Every trait that these calls of one type differ in. One that no call has is not listed. */
export function traitsOf(calls: readonly TracedCall[]): TraitMembers[] {
  return [
    ...groups(
      calls,
      ({ moduleId }) => moduleId,
      moduleId => ({ kind: 'service', moduleId }),
    ),
    ...groups(
      calls,
      ({ dispatchedAt }) => Math.floor(dispatchedAt / hourMs) % 24,
      hour => ({ kind: 'hour', hour }),
    ),
    ...groups(
      calls,
      ({ priority }) => priority,
      number => ({ kind: 'priority', number }),
    ),
    ...groups(
      calls,
      ({ payloadBytes }) => sizeBounds.findLastIndex(bound => payloadBytes >= bound),
      place => ({ kind: 'payload_size', from: sizeBounds[place] ?? 0, to: sizeBounds[place + 1] ?? null }),
    ),
    ...payloadTraits(calls),
  ]
}

function payloadTraits(calls: readonly TracedCall[]): TraitMembers[] {
  const places = calls.flatMap(({ fields }, index) => (fields === null ? [] : [index]))
  const owners = new Map<string, number[]>()
  for (const index of places) {
    for (const field of calls[index]?.fields ?? []) append(owners, field, index)
  }
  const frequent = [...owners].toSorted(([, a], [, b]) => b.length - a.length).slice(0, mostFields)
  return frequent.flatMap(([field, members]): TraitMembers[] => {
    const having = new Set(members)
    const lacking = places.filter(index => !having.has(index))
    return [
      { trait: { kind: 'payload_has', field }, members },
      { trait: { kind: 'payload_lacks', field }, members: lacking },
      ...valueTraits(calls, field, members),
    ]
  })
}

function valueTraits(calls: readonly TracedCall[], field: string, places: readonly number[]): TraitMembers[] {
  const values = new Map<string | number | boolean, number[]>()
  for (const index of places) {
    const { scalars } = calls[index] ?? {}
    const value = scalars && Object.hasOwn(scalars, field) ? scalars[field] : undefined
    if (value !== undefined) append(values, value, index)
  }
  return [...values]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, mostValues)
    .map(([value, members]) => ({ trait: { kind: 'payload_value', field, value }, members }))
}

function groups<Key>(
  calls: readonly TracedCall[],
  keyOf: (call: TracedCall) => Key,
  traitOf: (key: Key) => PatternTrait,
): TraitMembers[] {
  const members = new Map<Key, number[]>()
  for (const [index, call] of calls.entries()) append(members, keyOf(call), index)
  return [...members].map(([key, places]) => ({ trait: traitOf(key), members: places }))
}

function append<Key>(lists: Map<Key, number[]>, key: Key, value: number): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
