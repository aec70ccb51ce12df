import { dirname, resolve } from 'node:path'
import { stateFilePath } from './state-file.ts'

export interface FleetConfig {
  controlCenterUrl: string
  apiKey: string
  /** Tasks per second. */
  rate: number
  /** 0 for any free port. */
  controlPort: number
  stateFile: string
  /** What the modules' processes get to see: all of ours but the key. */
  moduleEnvironment: NodeJS.ProcessEnv
}

/** Reads the environment. Throws an Error that names the variable and says what is wrong with it. */
export function readConfig(environment: NodeJS.ProcessEnv): FleetConfig {
  const { QUARTERDECK_API_KEY: apiKey, ...others } = environment
  if (!apiKey) throw new Error('QUARTERDECK_API_KEY is not set: the fleet needs a key of the control center')
  const stateFile = resolve(stateFilePath(environment))
  return {
    controlCenterUrl: readUrl(environment['QUARTERDECK_URL'] ?? 'http://127.0.0.1:3000'),
    apiKey,
    rate: readNumber('FLEET_RATE', environment['FLEET_RATE'], 4, 100),
    controlPort: readNumber('FLEET_CONTROL_PORT', environment['FLEET_CONTROL_PORT'], 0, 65_535),
    stateFile,
    // Compiled modules are kept: each process then starts in half the time and needs 25 MB less.
    moduleEnvironment: { NODE_COMPILE_CACHE: resolve(dirname(stateFile), 'compile-cache'), ...others },
  }
}

function readUrl(text: string): string {
  if (!URL.canParse(text)) throw new Error(`QUARTERDECK_URL is no address: ${text}`)
  return text.replace(/\/+$/, '')
}

function readNumber(name: string, text: string | undefined, fallback: number, max: number): number {
  const value = text === undefined || text === '' ? fallback : Number(text)
  if (value >= 0 && value <= max) return value
  throw new Error(`${name} must be a number from 0 to ${max}, not ${text}`)
}
