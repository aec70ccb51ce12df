import type { TRPCClient } from '@trpc/client'
import type { AppRouter } from '#server/api/app-router.ts'
import type { EventView } from '#server/contracts/events.ts'
import { readMoment, type TimeRange, toMoments } from '../ui/time-range.ts'

/** Events read at once, at most. */
export const pageSize = 100
const flushMs = 500
const resumeMs = 1_000

/** Which events are wanted; absent means all. */
export interface EventFilter {
  types?: readonly string[] | undefined
  moduleId?: string | undefined
  taskId?: string | undefined
  /** When it happened; a range that is closed at its end is not followed. */
  time?: TimeRange | undefined
}

/** Whether events of now may belong to the range. */
export function isOpenEnded(time: TimeRange | undefined): boolean {
  return time === undefined || time.range !== null || readMoment(time.to) === null
}

/** A filter as `events.list` takes it. */
export function toInput({ types, moduleId, taskId, time }: EventFilter) {
  return {
    ...(time && toMoments(time, Date.now())),
    ...(types && { types: [...types] }),
    ...(moduleId && { moduleId }),
    ...(taskId && { taskId }),
  }
}

export interface EventFollower {
  /** Newest first; told once, before anything else. */
  onPage: (page: { items: EventView[]; nextCursor: string | null }) => void
  /** Oldest first, gathered for half a second, so that a burst does not draw the page a thousand times. */
  onEvents: (events: EventView[]) => void
  /** Reading or the stream failed; nothing more is told. */
  onError: (error: unknown) => void
}

/**
 * A page of at most `size` events of the past, then all that come after it, without gap, unless the range of time is over;
 * the connection may break and the server restart meanwhile. Returns how to end it.
 */
export function followEvents(
  client: TRPCClient<AppRouter>,
  { filter, size }: { filter: EventFilter; size: number },
  follower: EventFollower,
): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const gather = gatherFor(follower.onEvents, signal)
  let stream: { unsubscribe: () => void } | null = null
  const subscribe = (afterSeq: number) => {
    let lastSeq = afterSeq
    stream = client.events.onEvent.subscribe(
      { ...(filter.types && { types: [...filter.types] }), lastEventId: String(afterSeq) },
      {
        onData: ({ data: event }) => {
          lastSeq = event.seq
          if (filter.moduleId && event.moduleId !== filter.moduleId) return
          if (filter.taskId && event.taskId !== filter.taskId) return
          gather(event)
        },
        onError: follower.onError,
        // A server that goes down in order ends its streams before it closes the connection.
        onComplete: () => callAfter(resumeMs, signal, () => subscribe(lastSeq)),
      },
    )
  }
  const begin = async () => {
    // The head is read before the page, so that nothing can fall between the page and the subscription.
    const [head] = (await client.events.list.query({ limit: 1 }, { signal })).items
    const page = await client.events.list.query({ ...toInput(filter), limit: Math.min(pageSize, size) }, { signal })
    if (signal.aborted) return
    follower.onPage(page)
    if (isOpenEnded(filter.time)) subscribe(head?.seq ?? 0)
  }
  begin().catch(error => {
    if (!signal.aborted) follower.onError(error)
  })
  return () => {
    controller.abort()
    stream?.unsubscribe()
  }
}

function gatherFor(deliver: (events: EventView[]) => void, signal: AbortSignal): (event: EventView) => void {
  let gathered: EventView[] = []
  return event => {
    gathered.push(event)
    if (gathered.length > 1) return
    callAfter(flushMs, signal, () => {
      const events = gathered
      gathered = []
      deliver(events)
    })
  }
}

/** Calls back after a while, unless the signal aborts first. */
function callAfter(ms: number, signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) return
  const cancel = () => clearTimeout(timer)
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', cancel)
    callback()
  }, ms)
  signal.addEventListener('abort', cancel)
}
