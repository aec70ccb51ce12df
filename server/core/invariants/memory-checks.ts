import type { Finding } from './invariant-store.ts'

/** What one instance is used for by a process. */
export interface UsedInstance {
  moduleId: string
  instanceId: string
  inFlight: number
  /** Those of them that callers hold who make their calls themselves. */
  outside: number
}

/** Slots that nobody can hold: every call of ours has one at most, and so has every route of a caller. */
export function findLeakedSlots(replicaId: string, used: readonly UsedInstance[], calls: number): Finding {
  const held = used.reduce((sum, { inFlight, outside }) => sum + inFlight - outside, 0)
  const count = Math.max(0, held - calls)
  if (count === 0) return { count, sample: [] }
  const busy = used.filter(({ inFlight }) => inFlight > 0)
  const lines = busy.map(({ moduleId, instanceId, inFlight }) => `${moduleId}/${instanceId} (${inFlight})`)
  return { count, sample: [`replica ${replicaId}: ${held} slots for ${calls} calls`, ...lines] }
}

/**
 * Leases of a replica that it does not work on, at two looks in a row: between a claim and its start, and while an end is being
 * written, there is such a one for a moment.
 */
export async function findIdleLeases(
  replicaId: string,
  readLeases: () => Promise<readonly { taskId: string; leaseNo: number }[]>,
  isAtWork: (taskId: string) => boolean,
  wait: () => Promise<void>,
): Promise<Finding> {
  const look = async () => (await readLeases()).filter(({ taskId }) => !isAtWork(taskId))
  const before = new Set((await look()).map(({ leaseNo }) => leaseNo))
  if (before.size === 0) return { count: 0, sample: [] }
  await wait()
  const idle = (await look()).filter(({ leaseNo }) => before.has(leaseNo))
  return { count: idle.length, sample: idle.map(({ taskId }) => `${taskId} (${replicaId})`) }
}
