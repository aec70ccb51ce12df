import {
  type BalancingStrategy,
  type BreakerConfig,
  type DriverName,
  type RetryPolicy,
  retryClasses,
} from '#server/contracts/modules.ts'
import { inOrder } from '#server/core/registry/instance-identity.ts'
import type { InstanceRecord, ModuleRecord } from '#server/core/registry/module-record.ts'
import type { SecretBox } from '#server/core/shared/secret-box.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { Prisma } from './generated/client.ts'

type StoredBreaker = Omit<BreakerConfig, 'failureRate' | 'slowCalls'> &
  Partial<Pick<BreakerConfig, 'failureRate' | 'slowCalls'>>
type StoredRetry = Omit<RetryPolicy, 'retryOn'> & Partial<Pick<RetryPolicy, 'retryOn'>>

export type ModuleRow = Prisma.ModuleGetPayload<{ include: { instances: true } }>

/** A module as the registry knows it. Throws when its secret cannot be opened with the key of this installation. */
export function fromModuleRow(row: ModuleRow, secrets: SecretBox): ModuleRecord {
  return {
    tenantId: row.tenantId,
    id: row.id,
    name: row.name,
    category: row.category,
    version: row.version,
    owner: row.owner,
    description: row.description,
    driver: row.driver as DriverName,
    bodyStyle: row.bodyStyle as ModuleRecord['bodyStyle'],
    capabilities: row.capabilities as unknown as ModuleRecord['capabilities'],
    dependsOn: row.dependsOn,
    costPerHourUsd: row.costPerHourUsd.toNumber(),
    resources: { cpu: row.cpu, memoryMb: row.memoryMb },
    strategy: row.strategy as BalancingStrategy,
    preference: row.preference,
    // What older versions wrote knows no rules by rate.
    breaker: { failureRate: null, slowCalls: null, ...(row.breaker as unknown as StoredBreaker) },
    // What older versions wrote does not say which errors are tried again.
    retry: { retryOn: [...retryClasses], ...(row.retry as unknown as StoredRetry) },
    secret: openSecret(row, secrets),
    enabled: row.enabled,
    disabled: row.enabled
      ? null
      : {
          reason: row.disabledReason ?? '',
          by: row.disabledBy ?? '',
          at: (row.disabledAt ?? row.updatedAt).getTime(),
          giveUpAt: row.giveUpAt?.getTime() ?? null,
        },
    configVersion: row.configVersion,
    registeredAt: row.registeredAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
    instances: inOrder(row.instances.map(instance => fromInstanceRow(instance, row.version))),
    deployment: row.deployment as unknown as ModuleRecord['deployment'],
  }
}

/** What a replica of an earlier version wrote says neither what it runs nor since when it may be called. */
function fromInstanceRow(row: ModuleRow['instances'][number], moduleVersion: string): InstanceRecord {
  return {
    id: row.id,
    endpoint: row.endpoint,
    capacity: row.capacity,
    weight: row.weight,
    version: row.version ?? moduleVersion,
    registeredAt: row.registeredAt.getTime(),
    inRotationSince: (row.inRotationSince ?? row.registeredAt).getTime(),
    out: row.out as unknown as InstanceRecord['out'],
  }
}

/** Every column of an instance that may change. */
export function toInstanceColumns({ capacity, weight, version, inRotationSince, out }: InstanceRecord) {
  return {
    capacity,
    weight,
    version,
    inRotationSince: new Date(inRotationSince),
    out: out === null ? Prisma.DbNull : { ...out },
  } satisfies Prisma.InstanceUpdateInput
}

/** Every column of a module but its key and its secret. */
export function toModuleColumns(module: ModuleRecord) {
  return {
    name: module.name,
    category: module.category,
    version: module.version,
    owner: module.owner,
    description: module.description,
    driver: module.driver,
    bodyStyle: module.bodyStyle,
    capabilities: module.capabilities as unknown as Prisma.InputJsonArray,
    dependsOn: [...module.dependsOn],
    costPerHourUsd: module.costPerHourUsd,
    cpu: module.resources.cpu,
    memoryMb: module.resources.memoryMb,
    strategy: module.strategy,
    preference: module.preference,
    breaker: module.breaker,
    retry: module.retry,
    enabled: module.enabled,
    disabledReason: module.disabled?.reason ?? null,
    disabledBy: module.disabled?.by ?? null,
    disabledAt: module.disabled ? new Date(module.disabled.at) : null,
    giveUpAt: module.disabled?.giveUpAt ? new Date(module.disabled.giveUpAt) : null,
    deployment: module.deployment ? (module.deployment as unknown as Prisma.InputJsonObject) : Prisma.DbNull,
    configVersion: module.configVersion,
    registeredAt: new Date(module.registeredAt),
    updatedAt: new Date(module.updatedAt),
  } satisfies Omit<Prisma.ModuleUncheckedCreateInput, 'tenantId' | 'id' | 'secretSealed'>
}

function openSecret(row: ModuleRow, secrets: SecretBox): string {
  try {
    return secrets.open(row.secretSealed)
  } catch (cause) {
    throw new QuarterdeckError('CONFIG_INVALID', {
      message: `The secret of module "${row.id}" cannot be opened with the key of this installation.`,
      action: 'Bring back the secret.key it was made with, or set QUARTERDECK_SECRET_KEY to that key.',
      cause,
    })
  }
}
