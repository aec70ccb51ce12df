import { randomBytes } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import type { ModuleView } from '../../server/contracts/modules.ts'
import type { ReplicaView } from '../../server/contracts/replicas.ts'
import type { SubmitBatchReceipt } from '../../server/contracts/tasks.ts'
import type { Random } from '../../server/core/shared/ids.ts'
import type { Client } from '../../server/testing/client.ts'
import { endPool } from '../../server/testing/database.ts'
import { type ReplicaProcess, startReplicaProcess } from '../../server/testing/replica-process.ts'
import { type ScriptedModule, startScriptedModule } from '../../server/testing/scripted-module.ts'
import { createSeededRandom } from '../../server/testing/seeded-random.ts'
import { startTcpProxy, type TcpProxy } from '../../server/testing/tcp-proxy.ts'
import { databaseUrl, runAsAdmin, type TemplateDatabase } from '../../server/testing/template-database.ts'
import { until } from '../../server/testing/until.ts'

export interface Replica extends ReplicaProcess {
  /** Between it and the database; its own. */
  proxy: TcpProxy
}

/** How a module of a row is registered, where it differs from the usual. */
export interface ModuleOptions {
  type?: string
  capacity?: number
  breaker?: Record<string, number>
  retry?: Record<string, unknown>
}

const program = path.resolve(import.meta.dirname, 'server.ts')

/** What one fault is tried on: a database of its own, real replicas in processes of their own, and modules over HTTP. */
export class Stage implements AsyncDisposable {
  readonly seed: number
  readonly isFull: boolean
  readonly random: Random
  readonly pool: pg.Pool
  readonly databaseUrl: string
  /** Ids that callers were given: none of these may ever be lost. */
  readonly acknowledged = new Set<string>()
  /** Those that were started and not ended on purpose. */
  readonly replicas: Replica[] = []
  readonly #cleanup = new AsyncDisposableStack()

  static async open(template: TemplateDatabase, { seed, isFull }: { seed: number; isFull: boolean }): Promise<Stage> {
    const name = `chaos_${randomBytes(6).toString('hex')}`
    await runAsAdmin(template.adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template.templateName} STRATEGY file_copy`)
    const url = databaseUrl(template.adminUrl, name)
    const stage = new Stage(url, { seed, isFull })
    stage.#cleanup.defer(() => runAsAdmin(template.adminUrl, `DROP DATABASE ${name} WITH (FORCE)`))
    stage.#cleanup.defer(() => endPool(stage.pool))
    return stage
  }

  /** On a database that is there already, and stays. */
  constructor(url: string, { seed, isFull }: { seed: number; isFull: boolean }) {
    this.databaseUrl = url
    this.seed = seed
    this.isFull = isFull
    this.random = createSeededRandom(seed)
    this.pool = new pg.Pool({ connectionString: url, max: 10 })
    this.pool.on('error', () => {})
  }

  /** Registers what is to be disposed of with the stage, the latest first. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    return this.#cleanup.use(resource)
  }

  defer(undo: () => Promise<void> | void): void {
    this.#cleanup.defer(undo)
  }

  /** A whole number from 0 to below `limit`. */
  draw(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  /** Starts a replica behind a proxy of its own. */
  async startReplica(variables: Record<string, string> = {}): Promise<Replica> {
    const { hostname: host, port } = new URL(this.databaseUrl)
    const proxy = this.use(await startTcpProxy({ host, port: Number(port) }))
    const url = new URL(this.databaseUrl)
    url.host = `127.0.0.1:${proxy.port}`
    const started = this.use(
      await startReplicaProcess(url.href, { QUARTERDECK_LOG_LEVEL: 'silent', ...variables }, program),
    )
    const replica = Object.assign(started, { proxy })
    this.replicas.push(replica)
    started.child.once('exit', () => this.replicas.splice(this.replicas.indexOf(replica), 1))
    return replica
  }

  async startReplicas(count: number, variables: Record<string, string> = {}): Promise<Replica[]> {
    const replicas = await Promise.all(Array.from({ length: count }, () => this.startReplica(variables)))
    await this.untilAllLive()
    return replicas
  }

  /** Every replica that was started knows all others. */
  async untilAllLive(): Promise<void> {
    await until(
      'each knows all others',
      async () => {
        const lists = await Promise.all(
          this.replicas.map(({ client }) => client.query<{ items: ReplicaView[] }>('replicas.list').catch(() => null)),
        )
        return lists.every(
          list => list?.items.filter(({ state }) => state === 'running').length === this.replicas.length,
        )
      },
      60_000,
    )
  }

  /** A module in this process, over HTTP, known to all replicas. */
  async startModule(
    id: string,
    answer: ScriptedModule['answer'],
    options: ModuleOptions = {},
  ): Promise<ScriptedModule> {
    const module = this.use(await startScriptedModule(answer))
    await this.register(id, module.endpoint, options)
    return module
  }

  async register(id: string, endpoint: string, { type = 'work', capacity = 20, ...rest }: ModuleOptions = {}) {
    await this.client.mutate('modules.register', {
      id,
      name: id,
      category: 'chaos',
      version: '1',
      capabilities: [{ type }],
      instances: [{ endpoint, capacity }],
      ...rest,
    })
    await until('all know the module', async () => {
      const asked = this.replicas.map(({ client }) => client.query<ModuleView>('modules.get', { id }).catch(() => null))
      return (await Promise.all(asked)).every(view => view !== null)
    })
  }

  /** The first replica that lives. */
  get client(): Client {
    const [replica] = this.replicas
    if (!replica) throw new Error('no replica lives')
    return replica.client
  }

  /** Submits these as one batch and remembers what was acknowledged. */
  async submit(tasks: readonly object[], client = this.client): Promise<SubmitBatchReceipt> {
    const receipt = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
    for (const { id } of receipt.accepted) this.acknowledged.add(id)
    return receipt
  }

  /** Submits so many alike, a thousand in each batch; fails unless all are taken. */
  async submitMany(count: number, task: object = {}, client = this.client): Promise<string[]> {
    const ids: string[] = []
    for (let left = count; left > 0; left -= 1_000) {
      const size = Math.min(left, 1_000)
      const tasks = Array.from({ length: size }, (_, n) => ({ type: 'work', payload: n, ...task }))
      const { accepted } = await this.submit(tasks, client)
      if (accepted.length < size) throw new Error(`only ${accepted.length} of ${size} tasks were accepted`)
      ids.push(...accepted.map(({ id }) => id))
    }
    return ids
  }

  /** Waits until nothing waits or runs and all events have numbers. */
  async untilIdle(timeoutMs = 120_000): Promise<void> {
    await until(
      'everything ends',
      async () => {
        const { rows } = await this.pool.query<{ left: number }>(`
          SELECT ((SELECT count(*) FROM ready) + (SELECT count(*) FROM waiting) + (SELECT count(*) FROM lease)
                + (SELECT count(*) FROM event_batch WHERE first_seq IS NULL))::int AS left`)
        return rows[0]?.left === 0
      },
      timeoutMs,
    )
  }

  async count(sql: string, values: unknown[] = []): Promise<number> {
    const { rows } = await this.pool.query<{ count: string | number | null }>(sql, values)
    return Number(rows[0]?.count ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync()
  }
}
