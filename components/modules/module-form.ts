import {
  type BalancingStrategy,
  type BreakerConfig,
  type ModuleView,
  type RetryPolicy,
  retryClasses,
} from '#server/contracts/modules.ts'
import { FieldRefusal } from '../ui/contract-form.ts'
import { formatJson, readJsonText } from '../ui/json-text.ts'

type RateRules = Pick<BreakerConfig, 'failureRate' | 'slowCalls'>

/** What the fields of a module's form hold; figures as text, as they were typed. */
export interface ModuleFormValues {
  id: string
  name: string
  category: string
  version: string
  owner: string
  description: string
  bodyStyle: 'envelope' | 'payload'
  instances: { endpoint: string; capacity: string; weight: string }[]
  capabilities: { type: string; inputSchema: string; outputSchema: string; isPreemptible: boolean }[]
  dependsOn: string[]
  costPerHourUsd: string
  resources: { cpu: string; memoryMb: string }
  strategy: BalancingStrategy
  preference: string
  /** The rules by rate are edited with the breakers, and kept here as they are. */
  breaker: Record<Exclude<keyof BreakerConfig, keyof RateRules>, string> & RateRules
  retry: Record<Exclude<keyof RetryPolicy, 'backoff'>, string> & { backoff: RetryPolicy['backoff'] }
}

/** A new module, with the thresholds that the server would choose itself. */
export const emptyModule: ModuleFormValues = {
  id: '',
  name: '',
  category: '',
  version: '1.0.0',
  owner: '',
  description: '',
  bodyStyle: 'envelope',
  instances: [{ endpoint: '', capacity: '10', weight: '1' }],
  capabilities: [{ type: '', inputSchema: '', outputSchema: '', isPreemptible: false }],
  dependsOn: [],
  costPerHourUsd: '0',
  resources: { cpu: '0', memoryMb: '0' },
  strategy: 'power_of_two',
  preference: '0',
  breaker: {
    failureThreshold: '5',
    successThreshold: '2',
    openMs: '60000',
    callTimeoutMs: '30000',
    failureRate: null,
    slowCalls: null,
  },
  retry: {
    maxAttempts: '4',
    backoff: 'exponential',
    baseMs: '1000',
    factor: '2',
    capMs: '30000',
    retryOn: retryClasses.join(', '),
  },
}

/** The fields as they stand for a module that exists. */
export function valuesOfModule(module: ModuleView): ModuleFormValues {
  const { breakerConfig, retryPolicy } = module
  return {
    ...emptyModule,
    id: module.id,
    name: module.name,
    category: module.category,
    version: module.version,
    owner: module.owner ?? '',
    description: module.description ?? '',
    bodyStyle: module.bodyStyle,
    capabilities: module.capabilities.map(({ type, inputSchema, outputSchema, isPreemptible }) => ({
      type,
      inputSchema: inputSchema === null ? '' : formatJson(inputSchema),
      outputSchema: outputSchema === null ? '' : formatJson(outputSchema),
      isPreemptible,
    })),
    dependsOn: module.dependsOn,
    costPerHourUsd: String(module.costPerHourUsd),
    resources: { cpu: String(module.resources.cpu), memoryMb: String(module.resources.memoryMb) },
    strategy: module.strategy,
    preference: String(module.preference),
    breaker: {
      failureThreshold: String(breakerConfig.failureThreshold),
      successThreshold: String(breakerConfig.successThreshold),
      openMs: String(breakerConfig.openMs),
      callTimeoutMs: String(breakerConfig.callTimeoutMs),
      failureRate: breakerConfig.failureRate,
      slowCalls: breakerConfig.slowCalls,
    },
    retry: {
      maxAttempts: String(retryPolicy.maxAttempts),
      backoff: retryPolicy.backoff,
      baseMs: String(retryPolicy.baseMs),
      factor: String(retryPolicy.factor),
      capMs: String(retryPolicy.capMs),
      retryOn: retryPolicy.retryOn.join(', '),
    },
  }
}

/** A figure as typed: absent when empty; what is no figure stays text, so that the schema says so beside the field. */
export function toFigure(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const figure = Number(trimmed)
  return Number.isFinite(figure) ? figure : trimmed
}

function toSchema(text: string, path: string): unknown {
  const read = readJsonText(text)
  if (read.kind === 'broken') throw new FieldRefusal(path, read.problem)
  return read.kind === 'value' ? read.value : undefined
}

/** What registering and updating share; `configuration` of an update has no id, instances or body style. */
export function toConfiguration(values: ModuleFormValues) {
  const { breaker, retry } = values
  return {
    name: values.name,
    category: values.category,
    version: values.version,
    owner: values.owner,
    description: values.description,
    capabilities: values.capabilities.map(({ type, inputSchema, outputSchema, isPreemptible }, index) => ({
      type: type.trim(),
      inputSchema: toSchema(inputSchema, `capabilities[${index}].inputSchema`),
      outputSchema: toSchema(outputSchema, `capabilities[${index}].outputSchema`),
      isPreemptible,
    })),
    dependsOn: values.dependsOn,
    costPerHourUsd: toFigure(values.costPerHourUsd),
    resources: { cpu: toFigure(values.resources.cpu), memoryMb: toFigure(values.resources.memoryMb) },
    strategy: values.strategy,
    preference: toFigure(values.preference),
    breaker: {
      failureThreshold: toFigure(breaker.failureThreshold),
      successThreshold: toFigure(breaker.successThreshold),
      openMs: toFigure(breaker.openMs),
      callTimeoutMs: toFigure(breaker.callTimeoutMs),
      failureRate: breaker.failureRate,
      slowCalls: breaker.slowCalls,
    },
    retry: {
      maxAttempts: toFigure(retry.maxAttempts),
      backoff: retry.backoff,
      baseMs: toFigure(retry.baseMs),
      factor: toFigure(retry.factor),
      capMs: toFigure(retry.capMs),
      retryOn: retry.retryOn.split(/[\s,]+/).filter(name => name !== ''),
    },
  }
}

/** The input of `modules.register` that the fields stand for, unchecked. Throws FieldRefusal for broken JSON. */
export function toRegistration(values: ModuleFormValues) {
  return {
    id: values.id.trim(),
    bodyStyle: values.bodyStyle,
    instances: values.instances.map(({ endpoint, capacity, weight }) => ({
      endpoint: endpoint.trim(),
      capacity: toFigure(capacity),
      weight: toFigure(weight),
    })),
    ...toConfiguration(values),
  }
}

/** Which fields a refusal by the server is about. */
export function fieldsOfModuleError(values: ModuleFormValues) {
  return (code: string, details: Record<string, unknown>): string[] => {
    switch (code) {
      case 'MODULE_EXISTS':
        return ['id']
      case 'DEPENDENCY_UNKNOWN':
      case 'DEPENDENCY_CYCLE':
      case 'MODULE_NEEDS_DISABLED':
        return ['dependsOn']
      case 'INVALID_ENDPOINT':
      case 'ADDRESS_NOT_ALLOWED':
        return fieldsOfEndpoint(values, details['endpoint'])
      case 'INVALID_SCHEMA':
      case 'SCHEMA_CONFLICT': {
        const index = values.capabilities.findIndex(({ type }) => type.trim() === details['type'])
        const field = details['field'] === 'outputSchema' ? 'outputSchema' : 'inputSchema'
        return index === -1 ? [] : [`capabilities[${index}].${field}`]
      }
      case 'INVALID_INPUT':
        return fieldsOfRepetition(values, details)
      default:
        return []
    }
  }
}

/** An entry that is listed twice, or text that cannot be stored. */
function fieldsOfRepetition(values: ModuleFormValues, { type, endpoint, field }: Record<string, unknown>): string[] {
  if (typeof endpoint === 'string') return fieldsOfEndpoint(values, endpoint)
  const index = values.capabilities.findLastIndex(capability => capability.type.trim() === type)
  if (index !== -1) return [`capabilities[${index}].type`]
  return typeof field === 'string' && field !== '' ? [field] : []
}

/** The last instance of this address, as the server may have normalized it; the only one when it does not say which. */
function fieldsOfEndpoint({ instances }: ModuleFormValues, endpoint: unknown): string[] {
  const bare = (text: string) => text.trim().replace(/\/+$/, '').toLowerCase()
  const found = instances.findLastIndex(
    instance => typeof endpoint === 'string' && bare(instance.endpoint) === bare(endpoint),
  )
  if (found !== -1) return [`instances[${found}].endpoint`]
  return instances.length === 1 ? ['instances[0].endpoint'] : []
}
