import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What a fleet leaves behind for scripts and for its next start. */
export interface FleetState {
  /** Where the running fleet is steered; null when none runs. */
  controlUrl: string | null
  /** The port of each instance by its name. */
  ports: Record<string, number>
}

/** `FLEET_STATE_FILE`, else `fleet.json` in the data directory. */
export function stateFilePath(environment: NodeJS.ProcessEnv): string {
  return environment['FLEET_STATE_FILE'] ?? join(environment['QUARTERDECK_DATA_DIR'] ?? '.quarterdeck', 'fleet.json')
}

/** A file that is missing or broken says that there was no fleet before. */
export async function readState(path: string): Promise<FleetState> {
  try {
    const state = JSON.parse(await readFile(path, 'utf8')) as Partial<FleetState>
    return { controlUrl: state.controlUrl ?? null, ports: state.ports ?? {} }
  } catch {
    return { controlUrl: null, ports: {} }
  }
}

/** Replaces the file at once: a reader sees the old state or the new one. */
export async function writeState(path: string, state: FleetState): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`)
  await rename(draft, path)
}
