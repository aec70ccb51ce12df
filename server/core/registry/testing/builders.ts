import type { DisableModule, RegisterModule } from '../../../contracts/modules.ts'
import { registerModuleInput } from '../../../contracts/modules.ts'
import { defaultTenantId, type Principal } from '../../shared/principal.ts'
import { inOrder, instanceIdOf } from '../instance-identity.ts'
import type { InstanceRecord, ModuleRecord } from '../module-record.ts'

/** The operator of these tests. */
export const ann: Principal = {
  kind: 'person',
  id: 'person-1',
  name: 'Ann',
  email: 'ann@example.com',
  tenantId: defaultTenantId,
  role: 'operator',
}

/** Input of `register` as the API gives it on, defaults filled in. One instance at 10.0.0.1, one capability of the module's id. */
export function registration(id: string, overrides: Record<string, unknown> = {}): RegisterModule {
  return registerModuleInput.parse({
    id,
    name: `Module ${id}`,
    category: 'text',
    version: '1.0.0',
    driver: 'http',
    instances: [{ endpoint: `http://10.0.0.1/${id}` }],
    capabilities: [{ type: `${id}.run` }],
    ...overrides,
  })
}

/** Input of `disable` as the API gives it on: what runs may take its time. */
export function disabling(id: string, reason = 'maintenance'): DisableModule {
  return { id, reason, giveUpAfterMs: null }
}

/** An instance at an endpoint. */
export function instanceRecord(endpoint: string, overrides: Partial<InstanceRecord> = {}): InstanceRecord {
  const since = { registeredAt: 1_000, inRotationSince: 1_000 }
  return {
    id: instanceIdOf(endpoint),
    endpoint,
    capacity: 10,
    weight: 1,
    version: '1.0.0',
    ...since,
    out: null,
    ...overrides,
  }
}

/** A module as the registry holds it, enabled, with one instance. */
export function moduleRecord(id: string, overrides: Partial<ModuleRecord> = {}): ModuleRecord {
  const input = registration(id)
  const instances = overrides.instances ?? [instanceRecord(`http://10.0.0.1/${id}`)]
  return {
    tenantId: defaultTenantId,
    id,
    name: input.name,
    category: input.category,
    version: input.version,
    owner: null,
    description: null,
    driver: input.driver,
    bodyStyle: input.bodyStyle,
    capabilities: [{ type: `${id}.run`, inputSchema: null, outputSchema: null }],
    dependsOn: [],
    costPerHourUsd: 0,
    strategy: input.strategy,
    preference: 0,
    resources: { cpu: 0, memoryMb: 0 },
    breaker: input.breaker,
    retry: input.retry,
    secret: `whsec_${id}`,
    enabled: true,
    disabled: null,
    deployment: null,
    configVersion: 1,
    registeredAt: 1_000,
    updatedAt: 1_000,
    ...overrides,
    instances: inOrder(instances),
  }
}
