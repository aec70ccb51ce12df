import type { Page } from '../../contracts/common.ts'
import type { ChangeDescription, ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { ListSimulations, RunSimulation, SimulationSummary, SimulationView } from '../../contracts/simulations.ts'
import type { Principal } from '../shared/principal.ts'

export interface SimulationOperations {
  /**
   * Begins to try changes on recorded traffic, and answers at once. Throws SIMULATOR_BUSY, and MODULE_NOT_FOUND,
   * INSTANCE_NOT_FOUND or TASK_TYPE_UNKNOWN for what is not there, and what the registry throws of modules that need each other.
   */
  run(by: Principal, request: RunSimulation): Promise<SimulationView>
  /** Throws SIMULATION_NOT_FOUND. */
  get(tenantId: string, id: string): Promise<SimulationView>
  /** The newest first. */
  list(tenantId: string, page: ListSimulations): Promise<Page<SimulationSummary>>
  /** Throws SIMULATION_NOT_FOUND, SIMULATION_ENDED. */
  cancel(by: Principal, id: string): Promise<SimulationView>
  /** A change in words with the present value. Throws as `run` does for what cannot be tried. */
  describe(tenantId: string, change: ConfigurationChange): Promise<ChangeDescription>
}
