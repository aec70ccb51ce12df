import type { InstanceKey } from './load-table.ts'

/** What a replica asks for one instance. */
export interface SlotAsk extends InstanceKey {
  capacity: number
  /** The most that it has in force while it asks. */
  held: number
  /** What it would have. */
  target: number
  inFlight: number
  wanted: number
  usable: number
}

/** What a replica has of one instance, with what it said when it asked. */
export interface SlotGrant extends InstanceKey {
  replicaId: string
  granted: number
  inFlight: number
  wanted: number
  usable: number
}

export type SlotRound =
  /** No other replica lives: all capacity is this one's. */
  | { kind: 'alone' }
  /** Grants of all live replicas, this one's new ones included. */
  | { kind: 'shared'; grants: readonly SlotGrant[] }

/** The book of who may use what of each instance's capacity; one for all replicas, kept by the database's clock. */
export interface SlotLedger {
  /**
   * One round of one replica, in turn with those of others. Of each instance it is granted its target, up to what the grants of
   * other live replicas leave; never less than it has in flight. Instances it does not name are given back. While another live
   * replica has not made its first round nothing is granted beyond what is held.
   */
  share(replicaId: string, asks: readonly SlotAsk[]): Promise<SlotRound>
}
