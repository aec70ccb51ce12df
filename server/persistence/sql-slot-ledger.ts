import type { SlotAsk, SlotGrant, SlotLedger, SlotRound } from '#server/core/balancing/slot-ledger.ts'
import { deadAfterMs } from '#server/core/replicas/membership.ts'
import type { ControlConnection } from './control-connection.ts'

type GrantRow = [string, string, string, string, number, number, number, number]

/** The book of shared capacity in PostgreSQL: the function `share_slots` under one lock, over the control connection. */
export class SqlSlotLedger implements SlotLedger {
  readonly #control: ControlConnection

  constructor(control: ControlConnection) {
    this.#control = control
  }

  async share(replicaId: string, asks: readonly SlotAsk[]): Promise<SlotRound> {
    const [row] = await this.#control.query<{ is_alone: boolean; grants: GrantRow[] | null }>({
      name: 'share-slots',
      text: 'SELECT is_alone, grants FROM share_slots($1, $2, $3)',
      values: [replicaId, deadAfterMs, JSON.stringify(asks.map(toRow))],
    })
    if (row?.is_alone !== false) return { kind: 'alone' }
    return { kind: 'shared', grants: (row.grants ?? []).map(toGrant) }
  }
}

function toRow({ tenantId, moduleId, instanceId, inFlight, ...ask }: SlotAsk) {
  return { t: tenantId, m: moduleId, i: instanceId, in_flight: inFlight, ...ask }
}

function toGrant([tenantId, moduleId, instanceId, replicaId, granted, inFlight, wanted, usable]: GrantRow): SlotGrant {
  return { tenantId, moduleId, instanceId, replicaId, granted, inFlight, wanted, usable }
}
