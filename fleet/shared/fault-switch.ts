import { ModuleError } from './module-error.ts'

/** How an instance can be made to misbehave. */
export const faultModes = ['none', 'slow', 'failing', 'hanging', 'garbage', 'down'] as const
export type FaultMode = (typeof faultModes)[number]

/** A fault as it is switched on. */
export interface Fault {
  mode: FaultMode
  /** Share of calls that it hits, 0-1. */
  rate: number
  /** Extra time of a `slow` call. */
  delayMs: number
  /** ISO 8601; null when it stays until it is switched off. */
  until: string | null
}

const none: Fault = { mode: 'none', rate: 1, delayMs: 0, until: null }
const longestMs = 24 * 3_600_000

/** The fault of one instance: switched by request, gone by itself once its time is over. */
export class FaultSwitch {
  #fault = none
  #hits = 0

  /** The fault in force now. */
  get current(): Fault {
    const { until } = this.#fault
    if (until !== null && Date.parse(until) <= Date.now()) this.#fault = none
    return this.#fault
  }

  /** Calls that a fault has hit since the process started. */
  get hits(): number {
    return this.#hits
  }

  /** Takes the body of `POST /faults`: `{mode, rate?, delayMs?, forMs?}`. Throws ModuleError with status 400. */
  set(input: unknown): Fault {
    const { mode, rate, delayMs, forMs } = readFault(input)
    const until = forMs === null ? null : new Date(Date.now() + forMs).toISOString()
    this.#fault = mode === 'none' ? none : { mode, rate, delayMs, until }
    return this.#fault
  }

  /** What happens to the call that asks. */
  strike(): FaultMode {
    const { mode, rate } = this.current
    if (mode === 'none' || Math.random() >= rate) return 'none'
    this.#hits += 1
    return mode
  }
}

function readFault(input: unknown): { mode: FaultMode; rate: number; delayMs: number; forMs: number | null } {
  if (typeof input !== 'object' || input === null) throw invalid('The body must be an object with a mode.')
  const { mode, rate, delayMs, forMs, ...rest } = input as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw invalid(`There is no field ${unknown}; known are mode, rate, delayMs and forMs.`)
  if (!isFaultMode(mode)) throw invalid(`The mode must be one of ${faultModes.join(', ')}.`)
  return {
    mode,
    rate: readNumber('rate', rate ?? 1, 0, 1),
    delayMs: readNumber('delayMs', delayMs ?? 3_000, 0, 600_000),
    forMs: forMs === undefined || forMs === null ? null : readNumber('forMs', forMs, 1, longestMs),
  }
}

function isFaultMode(value: unknown): value is FaultMode {
  return (faultModes as readonly unknown[]).includes(value)
}

function readNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw invalid(`${name} must be a number from ${min} to ${max}.`)
}

function invalid(message: string): ModuleError {
  return new ModuleError('INVALID_FAULT', message, { status: 400 })
}
