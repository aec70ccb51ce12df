/** Work of one type that has to go elsewhere. */
export interface MovingWork {
  type: string
  callsPerSecond: number
  /** How long a call takes where it runs now; null when none was seen. */
  meanMs: number | null
  /** Modules that can run it after the act, in the order in which they would be asked. */
  candidates: readonly { moduleId: string; meanMs: number | null }[]
}

export interface MovedWork {
  callsPerSecond: number
  /** Slots it needs where it goes; null when nobody knows how long a call takes. */
  neededSlots: number | null
  takenBy: { moduleId: string; freeSlots: number; callsPerSecond: number }[]
  /** Whether it fits in whole. */
  isEnough: boolean
}

/** Below this share of the work, what is left over is a matter of rounding. */
const tolerance = 0.01

/**
 * Gives each type's moving work to its candidates in order, as far as slots stand free there, the greatest need first; what one
 * type takes, another cannot have. By Little's law, calls per second times the seconds a call takes are the slots they keep
 * busy. `free` holds the free slots by module.
 */
export function moveWork(works: readonly MovingWork[], free: ReadonlyMap<string, number>): Map<string, MovedWork> {
  const left = new Map(free)
  const byNeed = works.toSorted((a, b) => needOf(b) - needOf(a) || (a.type < b.type ? -1 : 1))
  return new Map(byNeed.map(work => [work.type, moveOne(work, left)]))
}

function needOf({ callsPerSecond, meanMs }: MovingWork): number {
  return (callsPerSecond * (meanMs ?? 0)) / 1_000
}

function moveOne(work: MovingWork, left: Map<string, number>): MovedWork {
  let remaining = work.callsPerSecond
  let neededSlots: number | null = 0
  const takenBy = work.candidates.map(({ moduleId, meanMs: ownMs }) => {
    const freeSlots = left.get(moduleId) ?? 0
    const seconds = (ownMs ?? work.meanMs ?? 0) / 1_000
    const callsPerSecond = seconds === 0 ? remaining : Math.min(remaining, freeSlots / seconds)
    const slots = callsPerSecond * seconds
    left.set(moduleId, freeSlots - slots)
    remaining -= callsPerSecond
    if (neededSlots !== null) neededSlots += slots
    return { moduleId, freeSlots, callsPerSecond }
  })
  const isKnown = work.meanMs !== null || work.candidates.some(({ meanMs }) => meanMs !== null)
  if (!isKnown) neededSlots = null
  else neededSlots += (remaining * (work.meanMs ?? 0)) / 1_000
  return {
    callsPerSecond: work.callsPerSecond,
    neededSlots,
    takenBy,
    isEnough: remaining <= work.callsPerSecond * tolerance,
  }
}
