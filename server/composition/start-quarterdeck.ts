import { createHash } from 'node:crypto'
import packageFile from '../../package.json' with { type: 'json' }
import { createApi } from '../api/create-api.ts'
import type { BootstrapResult } from '../auth/bootstrap-access.ts'
import { type Auth, createAuth } from '../auth/create-auth.ts'
import { newModuleSecret } from '../auth/module-secret.ts'
import { createSecretBox } from '../auth/secret-box.ts'
import { createBreakerBoard } from '../breakers/create-breaker-board.ts'
import { type InstallationKey, loadInstallationKey } from '../config/installation-key.ts'
import type { Config } from '../config/read-config.ts'
import type { Operations } from '../core/operations.ts'
import { Orchestrator } from '../core/orchestrator.ts'
import type { OrchestratorPorts } from '../core/orchestrator-ports.ts'
import type { Logger } from '../core/shared/logger.ts'
import { type AddressPolicy, createAddressPolicy } from '../drivers/address-policy.ts'
import { CallbackRelay } from '../drivers/http/callback-relay.ts'
import { createHttpDriver, type HttpDriver } from '../drivers/http/http-driver.ts'
import { probeEndpoint } from '../drivers/http/probe-endpoint.ts'
import { HttpWebhookSender } from '../drivers/http/webhook-sender.ts'
import { createLocalDriver, type LocalDriver, type LocalHandler } from '../drivers/local/local-driver.ts'
import { PrismaAlertRuleStore } from '../persistence/alert-rule-store.ts'
import { PrismaBreakerHoldStore } from '../persistence/breaker-hold-store.ts'
import { PrismaChoicePolicyStore } from '../persistence/choice-policy-store.ts'
import { SqlDeploymentTallyStore } from '../persistence/deployment-tally-store.ts'
import { makeReachableTempDir } from '../persistence/embedded/reachable-temp-dir.ts'
import { PrismaFlagStore } from '../persistence/flag-store.ts'
import { PrismaHealthStore } from '../persistence/health-store.ts'
import { SqlKeyVault } from '../persistence/key-vault.ts'
import { PrismaModuleStore } from '../persistence/module-store.ts'
import { PrismaPauseStore } from '../persistence/pause-store.ts'
import { createPrismaClient, type PrismaClient } from '../persistence/prisma-client.ts'
import { PrismaQueuePolicyStore } from '../persistence/queue-policy-store.ts'
import { RandomPool } from '../persistence/random-pool.ts'
import { PrismaServiceRecordStore } from '../persistence/service-record-store.ts'
import { readHeldTransactions } from '../persistence/sql/alerts/held-transactions.ts'
import { addressOf } from '../persistence/sql/replicas/address-of.ts'
import { createAlertStore } from '../persistence/sql-alert-store.ts'
import { createBreakerJournalStore } from '../persistence/sql-breaker-journal.ts'
import { SqlBreakerShares } from '../persistence/sql-breaker-shares.ts'
import { createDeadLetterJobStore, createDeadLetterStore } from '../persistence/sql-dead-letter-store.ts'
import { SqlEventStore } from '../persistence/sql-event-store.ts'
import { createInvariantStore } from '../persistence/sql-invariant-store.ts'
import { SqlReplicaStore } from '../persistence/sql-replica-store.ts'
import { SqlSignals } from '../persistence/sql-signals.ts'
import { SqlSlotLedger } from '../persistence/sql-slot-ledger.ts'
import { SqlTaskStore } from '../persistence/sql-task-store.ts'
import { createWebhookStore } from '../persistence/sql-webhook-store.ts'
import { createIdSource } from '../persistence/uuid-v7.ts'
import { createAnalysisService } from './analysis/create-analysis-service.ts'
import { createLearning } from './create-learning.ts'
import { createSuggestionService } from './create-suggestion-service.ts'
import { DatabaseClock } from './database-clock.ts'
import { type Database, openDatabase } from './open-database.ts'
import { createPageServer } from './page-server.ts'
import { PartitionKeeper } from './partition-keeper.ts'
import { holdReplica } from './replica.ts'
import { createSchemaCompiler } from './schema-compiler.ts'
import { createSimulationService } from './simulator/create-simulation-service.ts'
import { startWebServer } from './web-server.ts'

export interface Quarterdeck {
  /** Where it can be reached. */
  readonly url: string
  /** The first administrator, when this start made one. */
  readonly admin: BootstrapResult['admin']
  /** `embedded`, or the host of the database. */
  readonly database: string
  readonly startedInMs: number
  /** What the API's procedures call, for programs that embed it. */
  readonly operations: Operations
  stop(): Promise<void>
}

const taskTimeoutMs = 300_000
const probeTimeoutMs = 5_000
/** A function of this process that is there can be called. */
const foundLocally = {
  outcome: 'healthy',
  reason: null,
  connectMs: 0,
  answerMs: 0,
  httpStatus: null,
  load: null,
  tls: null,
} as const
/** How long running work may take to end when the program is asked to stop. */
const stopGraceMs = 5_000

export interface StartOptions {
  logger: Logger
  dev: boolean
  /** Without pages. */
  headless?: boolean
  /** Functions that modules with the driver `local` call, by name. */
  handlers?: Readonly<Record<string, LocalHandler>>
  /** Stands between the core and its ports, to watch them or to let them fail; the core uses what it answers. */
  wrapPorts?: (ports: OrchestratorPorts) => OrchestratorPorts
}

/** Starts everything on real ports; when a part fails, what was started before it is stopped again. */
export async function startQuarterdeck(given: Config, options: StartOptions): Promise<Quarterdeck> {
  const begun = performance.now()
  const { logger, dev } = options
  const cleanups: (() => Promise<void> | void)[] = []
  const cleanUp = async () => {
    for (const undo of cleanups.splice(0).reverse()) await undo()
  }
  try {
    const config = given.isThrowaway ? { ...given, dataDir: await makeThrowawayDir(cleanups) } : given
    const pages = options.headless
      ? Promise.resolve(null)
      : createPageServer({ dev, host: config.host, port: config.port })
    pages.catch(() => {})
    const database = await openDatabase(config, logger)
    cleanups.push(() => database.close())
    const { replicaId } = database
    const clock = new DatabaseClock()
    const key = await loadInstallationKey(config, new SqlKeyVault(database))
    cleanups.push(await holdReplica(database.url, replicaId, logger))
    const prisma = createPrismaClient(database.pool)
    let url = publicUrl(config, config.port)
    let address: string | null = null
    const relay = new CallbackRelay({
      key: key.derive('callback tokens'),
      replicaId,
      addressOf: id => addressOf(database.pool, id),
    })
    const addressPolicy = createAddressPolicy({ allowed: config.allowedEndpoints })
    const webhookSender = new HttpWebhookSender({ addressPolicy, clock })
    cleanups.push(() => webhookSender.close())
    const driver = createHttpDriver({
      addressPolicy,
      clock,
      logger,
      // A public address may be that of a load balancer, behind which a callback comes to any replica.
      callbacks: config.publicUrl === null ? { baseUrl: () => address ?? url } : { baseUrl: () => url, relay },
    })
    cleanups.push(() => driver.close())
    const local = createLocalDriver(options.handlers ?? {})
    const auth = createAuth({ prisma, config, key, ids: createIdSource(), logger, now: Date.now })
    const { admin } = await auth.bootstrap(config)
    const orchestrator = createOrchestrator({
      config,
      database,
      driver,
      webhookSender,
      addressPolicy,
      local,
      key,
      logger,
      prisma,
      auth,
      clock,
      address: () => address,
      wrapPorts: options.wrapPorts ?? (ports => ports),
    })
    const partitions = new PartitionKeeper({
      pool: database.pool,
      clock,
      logger,
      isKeeper: () => orchestrator.holds('retention'),
    })
    await partitions.start()
    cleanups.push(() => partitions.stop())
    const simulations = createSimulationService({
      config,
      database,
      prisma,
      orchestrator,
      clock,
      logger,
      taskTimeoutMs,
    })
    const analysis = createAnalysisService({ config, database, prisma, orchestrator, clock, taskTimeoutMs })
    const suggestions = createSuggestionService({
      config,
      database,
      prisma,
      auth,
      key,
      orchestrator,
      simulations,
      findings: analysis,
      clock,
      logger,
      taskTimeoutMs,
    })
    const operations: Operations = Object.assign(orchestrator, {
      simulations,
      suggestions: suggestions.service,
      ...createLearning({ orchestrator, pool: database.pool, clock }),
    })
    const api = createApi({ operations, auth, config, clock, logger })
    let closeWeb = async () => {}
    cleanups.push(() => closeWeb())
    cleanups.push(() => suggestions.duty.stop())
    cleanups.push(() => simulations.stop())
    cleanups.push(() => analysis.stop())
    await orchestrator.start()
    // First of all on the way out, while the port is still open: modules may report what they finish in the meantime.
    cleanups.push(() => orchestrator.stop(stopGraceMs))
    suggestions.duty.start()
    const server = await startWebServer({
      host: config.host,
      port: config.port,
      api,
      driver,
      pages: await pages,
      notReadyBecause: () => (orchestrator.isInitialized ? null : 'stopping'),
      logger,
    })
    url = publicUrl(config, server.address.port)
    address = replicaAddress(config, server.address.port, database)
    closeWeb = async () => {
      await api.close()
      await server.close()
      await (await pages)?.close()
    }
    return {
      url,
      admin,
      database: database.where,
      startedInMs: performance.now() - begun,
      operations,
      stop: cleanUp,
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/** A folder that is removed last of all. */
async function makeThrowawayDir(cleanups: (() => Promise<void> | void)[]): Promise<string> {
  const folder = await makeReachableTempDir('quarterdeck')
  cleanups.push(() => folder[Symbol.asyncDispose]())
  return folder.path
}

function createOrchestrator(parts: {
  config: Config
  database: Database
  driver: HttpDriver
  webhookSender: HttpWebhookSender
  addressPolicy: AddressPolicy
  local: LocalDriver
  key: InstallationKey
  logger: Logger
  prisma: PrismaClient
  auth: Auth
  clock: DatabaseClock
  address: () => string | null
  wrapPorts: (ports: OrchestratorPorts) => OrchestratorPorts
}): Orchestrator {
  const { config, database, driver, webhookSender, addressPolicy, local, key, logger, prisma, auth, clock } = parts
  const { address, wrapPorts } = parts
  const { control, replicaId } = database
  const { version } = packageFile
  const random = new RandomPool()
  return new Orchestrator(
    wrapPorts({
      clock,
      ids: createIdSource(() => clock.now()),
      random: Math.random,
      logger,
      stores: {
        tasks: new SqlTaskStore({ hot: database.hot, pool: database.pool, replicaId }),
        deadLetters: createDeadLetterStore(database.pool),
        deadLetterJobs: createDeadLetterJobStore(database.pool),
        events: new SqlEventStore(database.pool),
        modules: new PrismaModuleStore({
          prisma,
          secrets: createSecretBox(key.derive('module secrets')),
          clock,
        }),
        health: new PrismaHealthStore(prisma),
        breakerHolds: new PrismaBreakerHoldStore(prisma),
        breakerJournal: createBreakerJournalStore(database.pool),
        breakerShares: new SqlBreakerShares(database.pool, replicaId),
        queuePolicies: new PrismaQueuePolicyStore(prisma),
        flags: new PrismaFlagStore(prisma),
        choicePolicies: new PrismaChoicePolicyStore(prisma),
        pauses: new PrismaPauseStore(prisma),
        serviceRecords: new PrismaServiceRecordStore(prisma),
        replicas: new SqlReplicaStore({
          control,
          pool: database.pool,
          logger,
          replica: { id: replicaId, version, address },
          clock,
        }),
        slots: new SqlSlotLedger(control),
        deploymentTallies: new SqlDeploymentTallyStore(database.pool),
        alerts: createAlertStore(database.pool),
        alertRules: new PrismaAlertRuleStore(prisma),
        webhooks: createWebhookStore(database.pool, createSecretBox(key.derive('webhook secrets'))),
        invariants: createInvariantStore(database.pool),
      },
      drivers: { http: driver, local },
      breakers: createBreakerBoard({ clock, logger }),
      schemas: createSchemaCompiler(),
      checkEndpoint: (endpoint, name) =>
        name === 'local' ? local.checkEndpoint(endpoint) : addressPolicy.checkUrl(endpoint),
      probeEndpoint: async (endpoint, name, signal) =>
        name === 'local'
          ? foundLocally
          : probeEndpoint(endpoint, signal, { policy: addressPolicy, clock, timeoutMs: probeTimeoutMs }),
      newModuleSecret,
      webhookSender,
      newSpanId: () => random.take(8).toString('hex'),
      digest: text => createHash('sha256').update(text).digest('hex'),
      signals: new SqlSignals({ control, replicaId, logger }),
      onAccessChanged: async () => auth.forget(),
      readHeldTransactions: () => readHeldTransactions(database.pool),
      pingDatabase: async () => {
        await database.pool.query('SELECT 1')
      },
    }),
    {
      replicaId,
      version,
      preset: config.preset,
      concurrency: config.concurrency,
      queueCapacity: config.queueCapacity,
      queueCapacityBytes: config.queueCapacityBytes,
      taskTimeoutMs,
    },
  )
}

function publicUrl(config: Config, port: number): string {
  if (config.publicUrl !== null) return config.publicUrl
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where other replicas reach this one: the address it listens on, or, when that is all, the one it reaches the database from. */
function replicaAddress(config: Config, port: number, database: Database): string {
  const isAll = config.host === '0.0.0.0' || config.host === '::'
  const host = isAll ? (database.control.localAddress ?? 'localhost') : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
