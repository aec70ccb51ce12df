import type { Page } from '../../contracts/common.ts'
import type {
  ListSimulations,
  SimulationResult,
  SimulationSummary,
  SimulationView,
} from '../../contracts/simulations.ts'
import type { Principal } from '../shared/principal.ts'

/** A simulation as it is made. */
export type NewSimulation = Pick<SimulationView, 'id' | 'request' | 'changes' | 'configurationHash' | 'codeVersion'> & {
  tenantId: string
  replicaId: string
}

export type SimulationEnd =
  | { status: 'succeeded'; result: SimulationResult }
  | { status: 'failed'; error: { code: string; message: string } }
  | { status: 'cancelled' }

/** Where simulations and what they found are kept. Those that their replica has not touched for a minute are read as failed. */
export interface SimulationStore {
  /** Writes it as queued, with its audit row; what is older than 30 days goes. */
  create(by: Principal, simulation: NewSimulation): Promise<void>
  get(tenantId: string, id: string): Promise<SimulationView | null>
  /** The newest first. */
  list(tenantId: string, page: ListSimulations): Promise<Page<SimulationSummary>>
  /** Says that a replica is at it, and how far it is. Answers whether it was asked to stop, or has ended. */
  touch(tenantId: string, id: string, state: { status: 'queued' | 'running'; progress: number }): Promise<boolean>
  /** Writes how it ended; one that has ended stays as it is. */
  end(tenantId: string, id: string, end: SimulationEnd): Promise<void>
  /** Asks it to stop, with an audit row. Answers false when it had ended, null when there is none. */
  requestCancel(by: Principal, id: string): Promise<boolean | null>
}
