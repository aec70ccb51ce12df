import type { z } from 'zod'
import { describeInputProblem } from '../contracts/input-problem.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { type LogLevel, type Preset, presetDefaults, type VariableName, variables } from './variables.ts'

/** The whole configuration, read once at start; nothing else looks at the environment. */
export interface Config {
  preset: Preset
  host: string
  port: number
  /** The origin browsers use, when it is not host and port. */
  publicUrl: string | null
  trustedProxies: string[]
  /** Absolute. */
  dataDir: string
  /** Whether a folder of its own is made instead of `dataDir` and removed at the stop: nothing outlives the process. */
  isThrowaway: boolean
  /** Null for the embedded database. */
  databaseUrl: string | null
  /** 32 bytes; null for the key file. */
  secretKey: Buffer | null
  adminEmail: string
  /** Null to have one made. */
  adminPassword: string | null
  apiKey: string | null
  allowedEndpoints: string[]
  concurrency: number
  queueCapacity: number
  queueCapacityBytes: number
  /** Between analyses that nobody asked for; 0 for none. */
  analysisHours: number
  approvalHours: number
  verdictHours: number
  logLevel: LogLevel
}

type Environment = Record<string, string | undefined>

/**
 * Reads the configuration from environment variables; an empty one counts as not set. `warnings` are sentences for the log.
 * Throws CONFIG_INVALID with one sentence that names every wrong variable and why, never its value.
 */
export function readConfig(environment: Environment): { config: Config; warnings: string[] } {
  const preset = parse('QUARTERDECK_PRESET', environment)
  const defaults: Environment = presetDefaults[preset.value ?? 'production']
  const reasons: string[] = preset.reasons
  const read = <Name extends VariableName>(name: Name) => {
    const { value, reasons: found } = parse(name, environment, defaults[name])
    reasons.push(...found)
    return value as z.output<(typeof variables)[Name]['schema']>
  }
  const config: Config = {
    preset: preset.value ?? 'production',
    host: read('QUARTERDECK_HOST'),
    port: read('QUARTERDECK_PORT'),
    publicUrl: read('QUARTERDECK_PUBLIC_URL'),
    trustedProxies: read('QUARTERDECK_TRUSTED_PROXIES'),
    dataDir: read('QUARTERDECK_DATA_DIR'),
    isThrowaway: preset.value === 'testing' && !environment['QUARTERDECK_DATA_DIR'],
    databaseUrl: read('DATABASE_URL'),
    secretKey: read('QUARTERDECK_SECRET_KEY'),
    adminEmail: read('QUARTERDECK_ADMIN_EMAIL'),
    adminPassword: read('QUARTERDECK_ADMIN_PASSWORD'),
    apiKey: read('QUARTERDECK_API_KEY'),
    allowedEndpoints: read('QUARTERDECK_ALLOWED_ENDPOINTS'),
    concurrency: read('QUARTERDECK_CONCURRENCY'),
    queueCapacity: read('QUARTERDECK_QUEUE_CAPACITY'),
    queueCapacityBytes: read('QUARTERDECK_QUEUE_CAPACITY_BYTES'),
    analysisHours: read('QUARTERDECK_ANALYSIS_HOURS'),
    approvalHours: read('QUARTERDECK_APPROVAL_HOURS'),
    verdictHours: read('QUARTERDECK_VERDICT_HOURS'),
    logLevel: read('QUARTERDECK_LOG_LEVEL'),
  }
  if (reasons.length > 0) {
    throw new QuarterdeckError('CONFIG_INVALID', {
      message: `The configuration is wrong: ${reasons.join('; ')}.`,
      action: 'Correct the environment variables; docs/configuration.md lists them all.',
    })
  }
  return { config, warnings: warningsOf(environment, config) }
}

function parse<Name extends VariableName>(name: Name, environment: Environment, fallback?: string) {
  const given = environment[name]
  const result = variables[name].schema.safeParse((given === '' ? undefined : given) ?? fallback)
  if (result.success) {
    return { value: result.data as z.output<(typeof variables)[Name]['schema']>, reasons: [] }
  }
  const { problems } = describeInputProblem(result.error)
  return { value: undefined, reasons: [`${name} ${problems[0]?.problem ?? 'is not valid'}`] }
}

function warningsOf(environment: Environment, config: Config): string[] {
  const warnings = Object.keys(environment)
    .filter(name => name.startsWith('QUARTERDECK_') && !(name in variables) && !name.startsWith('QUARTERDECK_TEST_'))
    .map(name => `${name} is not a variable that Quarterdeck knows; it was not read.`)
  if (config.apiKey !== null && config.apiKey.length < 32) {
    warnings.push('QUARTERDECK_API_KEY is shorter than 32 characters; a short key can be guessed.')
  }
  return warnings
}
