import type { PriorityAlias } from '#server/contracts/tasks.ts'

// Spelled out, as the contract's own map would bring zod to the first page.
const numbers = { critical: 1, high: 2, medium: 3, normal: 5, low: 7, batch: 10 } as const satisfies Record<
  PriorityAlias,
  number
>
const aliases = new Map<number, string>(Object.entries(numbers).map(([alias, number]) => [number, alias]))

/** The name people use for a priority, null when it has none. */
export function aliasOfPriority(priority: number): string | null {
  return aliases.get(priority) ?? null
}
