import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { ExpectedEffect } from '../../contracts/findings.ts'
import type { Application } from '../../contracts/suggestions.ts'
import type { RecordedBreakerChange } from '../analysis/fleet-evidence.ts'
import type { ObservedWindow, SuggestionPorts } from './suggestion-ports.ts'
import type { SuggestionRecord } from './suggestion-record.ts'
import type { JudgedWindow } from './verdict/judge.ts'
import { openForNothing } from './verdict/open-for-nothing.ts'

/** Tasks that are read of each side, about. */
const mostTasks = 5_000
/** How far back the time before is looked for: a week, so that every hour of the day and the weekend has been. */
const beforeMs = 7 * 86_400_000
/** A change takes effect on what is accepted a moment later: calls that run keep what they began with. */
const settleMs = 1_000

interface Span {
  from: number
  to: number
}

/**
 * Reads what a verdict compares: tasks that the change concerns, of a week before it and of the time since. Of types that something was
 * promised for, which would be rare in a sample of all, their own tasks are read beside it, and minutes where something was promised of
 * the time that breakers are open.
 */
export async function observeSides(
  record: Pick<SuggestionRecord, 'tenantId' | 'subject' | 'expected'>,
  { at, change, inverse }: Application,
  ports: Pick<SuggestionPorts, 'outcomes' | 'desk' | 'typesOf' | 'clock'>,
): Promise<{ before: JudgedWindow; after: JudgedWindow }> {
  const { tenantId, subject, expected } = record
  const types = ports.typesOf(tenantId, { change, subject })
  const appliedAt = Date.parse(at)
  const sides = [
    { from: appliedAt - beforeMs, to: appliedAt },
    { from: appliedAt + settleMs, to: ports.clock.now() },
  ] as const
  const read = (of: readonly string[] | null, span: Span) =>
    ports.outcomes.read({ tenantId, types: of, ...span, most: mostTasks })
  const [before, after] = await Promise.all([read(types, sides[0]), read(types, sides[1])])
  const spans = [trimmed(sides[0], before.tasks), sides[1]] as const
  const isPart = Math.min(before.share, after.share) < 1
  const promised = isPart && types?.length !== 1 ? promisedTypes(expected) : []
  const own = (span: Span) =>
    Promise.all(promised.map(async (type): Promise<[string, ObservedWindow]> => [type, await read([type], span)]))
  const [ownBefore, ownAfter] = await Promise.all([own(spans[0]), own(spans[1])])
  const open = await readOpenTimes({ tenantId, expected, change, spans }, ports)
  return {
    before: { ...spans[0], ...before, capacity: capacityOf(inverse), ofTypes: new Map(ownBefore), ...open?.before },
    after: { ...spans[1], ...after, capacity: capacityOf(change), ofTypes: new Map(ownAfter), ...open?.after },
  }
}

function promisedTypes(expected: readonly ExpectedEffect[]): string[] {
  return [...new Set(expected.flatMap(({ of }) => (of?.kind === 'type' ? [of.id] : [])))]
}

type OpenTime = Pick<JudgedWindow, 'openForNothing'>

/** Null where nothing was promised of it, or the module is gone. */
async function readOpenTimes(
  asked: {
    tenantId: string
    expected: readonly ExpectedEffect[]
    change: ConfigurationChange
    spans: readonly [Span, Span]
  },
  { outcomes, desk }: Pick<SuggestionPorts, 'outcomes' | 'desk'>,
): Promise<{ before: OpenTime; after: OpenTime } | null> {
  const { tenantId, expected, change, spans } = asked
  if (change.kind !== 'module_breaker' || !expected.some(({ measure }) => measure === 'wrongly_open_share')) return null
  const { moduleId } = change
  const instances = await countInstances(desk, tenantId, moduleId)
  if (instances === null) return null
  const [before, since] = await Promise.all(
    spans.map(span => outcomes.readBreakerChanges({ tenantId, moduleId, ...span })),
  )
  const told = (changes: readonly RecordedBreakerChange[] | undefined, span: Span) => ({
    openForNothing: openForNothing(changes ?? [], span, instances),
  })
  return { before: told(before, spans[0]), after: told(since, spans[1]) }
}

async function countInstances(
  desk: SuggestionPorts['desk'],
  tenantId: string,
  moduleId: string,
): Promise<number | null> {
  const { modules } = await desk.snapshot(tenantId)
  return modules.find(({ id }) => id === moduleId)?.instances.length ?? null
}

function capacityOf(change: ConfigurationChange): number | null {
  return change.kind === 'instance_capacity' ? change.capacity : null
}

/** From the first task on: a record that begins later than the window makes no empty chart. */
function trimmed({ from, to }: Span, tasks: readonly { acceptedAt: number }[]): Span {
  return { from: tasks.reduce((least, { acceptedAt }) => Math.min(least, acceptedAt), to) || from, to }
}
