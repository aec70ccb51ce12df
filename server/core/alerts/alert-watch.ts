import type { AlertRuleId } from '../../contracts/alert-rules.ts'
import type { RuleSettings } from '../../contracts/alerts.ts'
import { Duty } from '../queue/duty.ts'
import type { Clock } from '../shared/clock.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import { AlertMemory } from './alert-memory.ts'
import type { AlertStore, KeptEvaluation } from './alert-store.ts'
import type { AlertWorld } from './alert-world.ts'
import { isSilenced } from './covers.ts'
import { evaluate } from './evaluate.ts'

export interface AlertWatchOptions {
  store: AlertStore
  /** Everything that the rules look at, as it is now. */
  look: (tenantId: string) => Promise<AlertWorld>
  tenants: () => readonly string[]
  settingsOf: (tenantId: string, rule: AlertRuleId) => RuleSettings
  /** Whether evaluating is this replica's duty now. */
  isMine: () => boolean
  /** Events or deliveries were committed. */
  onCommitted: () => void
  clock: Clock
  ids: IdSource
  logger: Logger
  replicaId: string
}

const everyMs = 2_000
/** What is remembered changes with time alone; it is written this often at least. */
const keepEveryMs = 30_000
const forgetEveryMs = 3_600_000
const keptForMs = 90 * 86_400_000

/** What this replica knows of a tenant since it took the duty. */
interface Standing {
  revision: number
  levels: KeptEvaluation['levels']
  memory: AlertMemory
  keptAt: number
}

/**
 * Evaluates the rules of every tenant every two seconds, on the one replica whose duty it is. What it remembers is in the
 * database with the alerts, under a revision: another replica that takes the duty over goes on from there, and of two that
 * believe that it is theirs one commits.
 */
export class AlertWatch {
  readonly #options: AlertWatchOptions
  readonly #duty: Duty
  readonly #standings = new Map<string, Standing>()
  #forgetAt = 0

  constructor(options: AlertWatchOptions) {
    this.#options = options
    const { clock, logger } = options
    this.#duty = new Duty({ name: 'alerts', clock, logger, retryMs: everyMs, run: () => this.#run() })
  }

  start(): void {
    this.#duty.start(everyMs)
  }

  /** Resolves when an evaluation under way has ended. */
  stop(): Promise<void> {
    return this.#duty.stop()
  }

  /** Evaluates soon; something has just changed that a person waits for. */
  soon(): void {
    this.#duty.runWithin(0)
  }

  async #run(): Promise<number> {
    const { isMine, tenants, logger } = this.#options
    if (!isMine()) {
      this.#standings.clear()
      return everyMs
    }
    for (const tenantId of tenants()) {
      await this.#evaluate(tenantId).catch((error: unknown) => {
        this.#standings.delete(tenantId)
        logger.warn({ error, tenantId }, 'the alert rules could not be evaluated; trying again')
      })
    }
    await this.#forget()
    return everyMs
  }

  async #evaluate(tenantId: string): Promise<void> {
    const { store, look, settingsOf, ids, replicaId, onCommitted } = this.#options
    const world = await look(tenantId)
    const known = this.#standings.get(tenantId)
    const found = await store.read(tenantId, known?.revision ?? null)
    const standing = known && found.revision === known.revision ? known : goOn(known, found)
    const { memory } = standing
    memory.observe(world)
    const { levels, changes } = evaluate({
      world,
      memory,
      settingsOf: rule => settingsOf(tenantId, rule),
      levels: standing.levels,
      open: found.open,
      ids,
    })
    const { nowMs } = world
    const mustTell = found.open.some(alert => !alert.isNotified && !isSilenced(found.silences, alert, nowMs))
    const isDue = nowMs - standing.keptAt >= keepEveryMs || JSON.stringify(levels) !== JSON.stringify(standing.levels)
    if (changes.length === 0 && !mustTell && !isDue) return this.#keep(tenantId, { ...standing, levels })
    const { revision } = standing
    const kept = { levels, memory: memory.kept }
    const isCommitted = await store.commit(tenantId, { revision, kept, changes, nowMs, replicaId })
    if (!isCommitted) return void this.#standings.delete(tenantId)
    this.#keep(tenantId, { revision: revision + 1, levels, memory, keptAt: nowMs })
    if (changes.length > 0 || mustTell) onCommitted()
  }

  #keep(tenantId: string, standing: Standing): void {
    this.#standings.set(tenantId, standing)
  }

  async #forget(): Promise<void> {
    const now = this.#options.clock.now()
    if (now < this.#forgetAt) return
    this.#forgetAt = now + forgetEveryMs
    await this.#options.store.forget(now - keptForMs)
  }
}

function goOn(
  known: Standing | undefined,
  { revision, kept }: { revision: number; kept: KeptEvaluation | null },
): Standing {
  const memory = known?.memory ?? new AlertMemory()
  if (kept) memory.restore(kept.memory)
  return { revision, levels: kept?.levels ?? {}, memory, keptAt: 0 }
}
