import type { Config } from '../config/read-config.ts'
import type { Orchestrator } from '../core/orchestrator.ts'
import type { PresentConfiguration } from '../core/simulator/create-simulations.ts'
import type { PrismaClient } from '../persistence/prisma-client.ts'
import { PrismaServiceRecordStore } from '../persistence/service-record-store.ts'

/** Where simulations and analyses read the configuration in force. */
export function presentConfiguration(parts: {
  config: Config
  prisma: PrismaClient
  orchestrator: Orchestrator
  taskTimeoutMs: number
}): PresentConfiguration {
  const { config, prisma, orchestrator, taskTimeoutMs } = parts
  const { registry, queue, settings, choicePolicies, replicas } = orchestrator
  return {
    catalog: registry,
    queue,
    settings,
    choicePolicies,
    replicas,
    records: new PrismaServiceRecordStore(prisma),
    queueCapacity: config.queueCapacity,
    taskTimeoutMs,
  }
}
