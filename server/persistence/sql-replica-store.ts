import type { Pool } from 'pg'
import type {
  HeartbeatAnswer,
  LostReplica,
  ReplicaReport,
  ReplicaStore,
  StoredReplica,
} from '#server/core/replicas/replica-store.ts'
import type { Logger } from '#server/core/shared/logger.ts'
import type { ControlConnection } from './control-connection.ts'
import { beatReplica } from './sql/replicas/beat-replica.ts'
import { declareLost, endSessions } from './sql/replicas/declare-lost.ts'
import { joinReplicas } from './sql/replicas/join-replicas.ts'
import { leaveReplicas } from './sql/replicas/leave-replicas.ts'
import { listReplicas } from './sql/replicas/list-replicas.ts'

export interface SqlReplicaStoreOptions {
  control: ControlConnection
  pool: Pool
  logger: Logger
  replica: { id: string; version: string; address: () => string | null }
  /** Keeps this replica's clock with the database's; see `DatabaseClock`. */
  clock: { readonly offsetMs: number; learn(databaseMs: number, roundTripMs: number): void }
}

/** Replicas in PostgreSQL, over the control connection. */
export class SqlReplicaStore implements ReplicaStore {
  readonly #options: SqlReplicaStoreOptions

  constructor(options: SqlReplicaStoreOptions) {
    this.#options = options
  }

  join(): Promise<void> {
    const { control, replica } = this.#options
    return joinReplicas(control, replica)
  }

  async beat(report: ReplicaReport, terms: Parameters<ReplicaStore['beat']>[1]): Promise<HeartbeatAnswer> {
    const { control, replica, clock } = this.#options
    const sentAt = performance.now()
    const own = { ...report, clockOffsetMs: clock.offsetMs, address: replica.address() }
    const answer = await beatReplica(control, replica.id, own, terms)
    if (answer === null) {
      await this.join()
      return this.beat(report, terms)
    }
    const { nowMs, ...rest } = answer
    clock.learn(nowMs, performance.now() - sentAt)
    return rest
  }

  async declareLost(deadAfterMs: number): Promise<LostReplica[]> {
    const { control, replica, logger } = this.#options
    const lost = await declareLost(control, replica.id, deadAfterMs)
    if (lost.length === 0) return lost
    const ids = lost.map(({ id }) => id)
    // Without the right to do so its connections are left to the network's own time-outs; leases are fenced all the same.
    await endSessions(control, ids).then(
      sessions => logger.warn({ replicas: ids, sessions }, 'replicas fell silent; their work is taken over'),
      (error: unknown) => logger.warn({ replicas: ids, error }, 'sessions of silent replicas could not be ended'),
    )
    return lost
  }

  leave(): Promise<void> {
    return leaveReplicas(this.#options.control, this.#options.replica.id)
  }

  list(): Promise<StoredReplica[]> {
    return listReplicas(this.#options.pool)
  }
}
