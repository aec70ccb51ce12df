/** Calls are summed by the minute, for so many minutes. */
const slotMs = 60_000
const slots = 5

interface Minute {
  number: number
  calls: number
  busyMs: number
}

/** How much of a type a module carries out. */
export interface Traffic {
  callsPerSecond: number
  /** Slots that these calls keep busy on average: calls per second times their mean duration. */
  busySlots: number
}

const none: Traffic = { callsPerSecond: 0, busySlots: 0 }

/**
 * Calls of each type on each module in the last five minutes, on this replica. A call costs three look-ups and two additions;
 * memory grows with the pairs of type and module that had calls.
 */
export class ServiceTraffic {
  readonly #tenants = new Map<string, Map<string, Map<string, Minute[]>>>()

  /** A call ended after so long. */
  observe(tenantId: string, moduleId: string, taskType: string, at: number, durationMs: number): void {
    const modules = getOrAdd(this.#tenants, tenantId, () => new Map<string, Map<string, Minute[]>>())
    const types = getOrAdd(modules, moduleId, () => new Map<string, Minute[]>())
    const minutes = getOrAdd(types, taskType, () => [])
    const number = Math.floor(at / slotMs)
    let minute = minutes.at(-1)
    if (minute === undefined || minute.number < number) {
      minute = { number, calls: 0, busyMs: 0 }
      minutes.push(minute)
      if (minutes.length > slots) minutes.shift()
    }
    minute.calls += 1
    minute.busyMs += durationMs
  }

  /** Of one type on one module. */
  of(tenantId: string, moduleId: string, taskType: string, now: number): Traffic {
    const minutes = this.#tenants.get(tenantId)?.get(moduleId)?.get(taskType)
    return minutes ? summarize(minutes, now) : none
  }

  /** Slots that a module's calls of all types keep busy. */
  busySlots(tenantId: string, moduleId: string, now: number): number {
    let sum = 0
    for (const minutes of this.#tenants.get(tenantId)?.get(moduleId)?.values() ?? [])
      sum += summarize(minutes, now).busySlots
    return sum
  }
}

/** Over the time since the first of these minutes began, so that work that has just begun is not thought little. */
function summarize(minutes: readonly Minute[], now: number): Traffic {
  const oldest = Math.floor(now / slotMs) - slots
  const recent = minutes.filter(({ number }) => number > oldest)
  const [first] = recent
  if (!first) return none
  const spanMs = Math.max(1_000, now - first.number * slotMs)
  const calls = recent.reduce((sum, minute) => sum + minute.calls, 0)
  const busyMs = recent.reduce((sum, minute) => sum + minute.busyMs, 0)
  return { callsPerSecond: (calls * 1_000) / spanMs, busySlots: busyMs / spanMs }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
