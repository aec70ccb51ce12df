import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Supervisor } from '../operations/supervisor.ts'
import type { FleetModule } from '../shared/declaration.ts'

/** Starts the processes of some modules; the caller stops them. Test runs share what was compiled. */
export async function startSupervisor(modules: readonly FleetModule[]): Promise<Supervisor> {
  const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'quarterdeck-fleet-tests') }
  const supervisor = new Supervisor({ modules, formerPorts: {}, environment, onMoved: () => {} })
  await supervisor.start()
  return supervisor
}
