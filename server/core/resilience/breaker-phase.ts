import type { BreakerState } from '../../contracts/breakers.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { ForcedState } from './breaker-board.ts'

/** Where a breaker stands, with what is only known there. Times are milliseconds since the epoch. */
export type BreakerPhase =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly until: number }
  | { readonly kind: 'half_open'; readonly probe: Probe | null; readonly successes: number }
  | { readonly kind: 'forced_open'; readonly forced: ForcedState }
  | { readonly kind: 'forced_closed'; readonly forced: ForcedState }

interface Probe {
  readonly ticket: CallTicket
  /** When its time-out ends it at the latest. */
  readonly endsBy: number
}

/** Handed to an admitted call and given back with its outcome; says in which generation the call began. */
export interface CallTicket {
  readonly generation: number
}

/** The state that callers see. */
export function stateOf(phase: BreakerPhase): BreakerState {
  switch (phase.kind) {
    case 'closed':
    case 'forced_closed':
      return 'closed'
    case 'open':
    case 'forced_open':
      return 'open'
    case 'half_open':
      return 'half_open'
    default:
      return assertNever(phase)
  }
}

/** Whether an operator's hold is over. */
export function hasExpired(forced: ForcedState, now: number): boolean {
  return forced.expiresAt !== null && now >= forced.expiresAt
}
