import type { AlertRuleStore, AlertStore } from './alerts/alert-store.ts'
import type { HeldTransaction } from './alerts/alert-world.ts'
import type { SlotLedger } from './balancing/slot-ledger.ts'
import type { ChoicePolicyStore } from './brain/choice-policy.ts'
import type { ServiceRecordStore } from './brain/service-records.ts'
import type { DeadLetterJobStore } from './dead-letters/dead-letter-job-store.ts'
import type { DeadLetterStore } from './dead-letters/dead-letter-store.ts'
import type { DeploymentTallyStore } from './deployments/deployment-tally-store.ts'
import type { EventStore } from './events/event-store.ts'
import type { HealthStore } from './health/health-store.ts'
import type { InvariantStore } from './invariants/invariant-store.ts'
import type { Driver } from './queue/driver.ts'
import type { PauseStore } from './queue/pause-board.ts'
import type { QueuePolicyStore } from './queue/queue-service.ts'
import type { TaskStore } from './queue/task-store.ts'
import type { ConnectionTestPorts } from './registry/connection-test.ts'
import type { ModuleStore } from './registry/module-store.ts'
import type { EndpointCheck } from './registry/prepare-module.ts'
import type { SchemaCompiler } from './registry/schema-compiler.ts'
import type { ReplicaStore } from './replicas/replica-store.ts'
import type { SignalPort } from './replicas/signals.ts'
import type { BreakerBoard } from './resilience/breaker-board.ts'
import type { BreakerJournalStore } from './resilience/breaker-journal.ts'
import type { BreakerHoldStore } from './resilience/breaker-service.ts'
import type { BreakerShareStore } from './resilience/breaker-shares.ts'
import type { FlagStore } from './settings/flag-service.ts'
import type { Clock } from './shared/clock.ts'
import type { IdSource, Random } from './shared/ids.ts'
import type { Logger } from './shared/logger.ts'
import type { WebhookSender, WebhookStore } from './webhooks/webhook-store.ts'

/** Everything the core needs of the world outside. */
export interface OrchestratorPorts {
  clock: Clock
  ids: IdSource
  random: Random
  logger: Logger
  stores: {
    tasks: TaskStore
    deadLetters: DeadLetterStore
    deadLetterJobs: DeadLetterJobStore
    events: EventStore
    modules: ModuleStore
    health: HealthStore
    breakerHolds: BreakerHoldStore
    breakerShares: BreakerShareStore
    breakerJournal: BreakerJournalStore
    queuePolicies: QueuePolicyStore
    flags: FlagStore
    choicePolicies: ChoicePolicyStore
    pauses: PauseStore
    serviceRecords: ServiceRecordStore
    replicas: ReplicaStore
    slots: SlotLedger
    deploymentTallies: DeploymentTallyStore
    alerts: AlertStore
    alertRules: AlertRuleStore
    webhooks: WebhookStore
    invariants: InvariantStore
  }
  drivers: Readonly<Record<string, Driver>>
  breakers: BreakerBoard
  schemas: SchemaCompiler
  checkEndpoint: EndpointCheck
  probeEndpoint: ConnectionTestPorts['probeEndpoint']
  newModuleSecret: () => string
  webhookSender: WebhookSender
  /** 16 hexadecimal digits, for the span of one call. */
  newSpanId: () => string
  /** Digest of a text, for comparing repeated submissions. */
  digest: (text: string) => string
  signals: SignalPort
  /** Another replica has changed what somebody may do: what is remembered of callers is forgotten. */
  onAccessChanged: () => Promise<void>
  /** Transactions in the database that have been open for some seconds, whoever holds them. */
  readHeldTransactions: () => Promise<HeldTransaction[]>
  /** One round trip to the database. */
  pingDatabase: () => Promise<void>
}

export interface OrchestratorSettings {
  replicaId: string
  version: string
  /** What the defaults of this process suit; for people. */
  preset: string
  /** Calls in flight at most. */
  concurrency: number
  /** Tasks that may wait or run at once. */
  queueCapacity: number
  /** Bytes of payload that may wait or run at once. */
  queueCapacityBytes: number
  /** Total time of a task from its first start, when it names none. */
  taskTimeoutMs: number
  /** Whether why calls went where they went is described, to be kept with them; true when not given. */
  keepsDecisions?: boolean
}
