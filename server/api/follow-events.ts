import { tracked } from '@trpc/server'
import type { Operations } from '../core/operations.ts'
import type { Watcher } from './context.ts'

const neverAborted = new AbortController().signal

/**
 * Events as a resumable subscription: each carries its sequence number as the id to go on from. A slow reader is waited for; it
 * keeps its place in the log meanwhile.
 */
export async function* followEvents(
  operations: Operations,
  tenantId: string,
  { types, lastEventId }: { types?: readonly string[] | undefined; lastEventId?: string | null | undefined },
  { signal = neverAborted, pace }: Watcher,
) {
  const afterSeq = lastEventId == null ? null : Number(lastEventId)
  for await (const event of operations.events.follow(tenantId, { types }, afterSeq, signal)) {
    yield tracked(String(event.seq), event)
    await pace(signal)
  }
}
