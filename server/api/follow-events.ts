import { tracked } from '@trpc/server'
import type { Operations } from '../core/operations.ts'

/** Events as a resumable subscription: each carries its sequence number as the id to go on from. */
export async function* followEvents(
  operations: Operations,
  tenantId: string,
  { types, lastEventId }: { types?: readonly string[] | undefined; lastEventId?: string | null | undefined },
  signal: AbortSignal | undefined,
) {
  const afterSeq = lastEventId == null ? null : Number(lastEventId)
  for await (const event of operations.events.follow(tenantId, { types }, afterSeq, signal ?? neverAborted)) {
    yield tracked(String(event.seq), event)
  }
}

const neverAborted = new AbortController().signal
