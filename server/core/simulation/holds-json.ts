import type { Json } from '../../contracts/common.ts'

/**
 * Whether a value holds another as `@>` of PostgreSQL's jsonb has it: objects by the fields of the other, arrays by its elements in
 * whatever order and number, all else when equal.
 */
export function holdsJson(value: Json, part: Json): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(value) && part.every(element => value.some(own => holdsJson(own, element)))
  }
  if (typeof part !== 'object' || part === null) return value === part
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(part).every(([key, member]) => {
    const own = Object.hasOwn(value, key) ? value[key] : undefined
    return own !== undefined && holdsJson(own, member)
  })
}
