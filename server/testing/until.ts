import { setTimeout } from 'node:timers/promises'

/** Waits until `read` answers something truthy, and answers that. Fails with `what` after `timeoutMs`. */
export async function until<Value>(
  what: string,
  read: () => Promise<Value> | Value,
  timeoutMs = 45_000,
): Promise<NonNullable<Value>> {
  const giveUpAt = Date.now() + timeoutMs
  for (;;) {
    const value = await read()
    if (value) return value
    if (Date.now() > giveUpAt) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`)
    await setTimeout(20)
  }
}
