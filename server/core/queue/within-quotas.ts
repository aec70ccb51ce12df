import type { ClaimLane } from './task-store.ts'

/** The first entries of each group, as many as it may give; entries come in order. Those without quotas stay as they are. */
export function withinQuotas<Open extends { quotas: ClaimLane['quotas'] }>(
  open: Open[],
  kind: 'type' | 'tenant',
): Open[] {
  if (open.every(({ quotas }) => !quotas)) return open
  const given = new Map<number, number>()
  return open.filter(({ quotas }) => {
    if (!quotas) return true
    const { group, most } = quotas[kind]
    const count = (given.get(group) ?? 0) + 1
    given.set(group, count)
    return count <= most
  })
}
