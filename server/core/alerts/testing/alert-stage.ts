import type { AlertRuleId } from '../../../contracts/alert-rules.ts'
import type { RuleSettings } from '../../../contracts/alerts.ts'
import { healthSummary, queueStats } from '../../overview/testing/views.ts'
import { AlertMemory } from '../alert-memory.ts'
import type { AlertChange, KeptEvaluation, OpenAlert } from '../alert-store.ts'
import type { AlertWorld } from '../alert-world.ts'
import { evaluate } from '../evaluate.ts'
import { ruleCatalog } from '../rule-catalog.ts'

/** A fleet in which nothing is wrong, at a moment. */
export function calmWorld(change: Partial<AlertWorld> = {}): AlertWorld {
  return {
    nowMs: Date.UTC(2026, 10, 21, 12),
    health: healthSummary({ score: 100 }),
    modules: [],
    breakers: [],
    queue: queueStats(),
    latency: () => ({ calls: 0, p50Ms: null, p95Ms: null }),
    replicas: [],
    invariants: [],
    webhooks: [],
    heldTransactions: [],
    refusedLastMinute: 0,
    ...change,
  }
}

/** Evaluates one world after the other as the watch does, and applies what comes of it to alerts in memory. */
export class AlertStage {
  readonly memory = new AlertMemory()
  readonly settings = new Map<AlertRuleId, Partial<RuleSettings>>()
  open: OpenAlert[] = []
  /** What was decided, in order, with the second at which it was. */
  told: string[] = []
  #levels: KeptEvaluation['levels'] = {}
  #nextId = 1
  #startMs: number | null = null

  /** Looks at the world; answers what changed. */
  look(world: AlertWorld): AlertChange[] {
    this.#startMs ??= world.nowMs
    this.memory.observe(world)
    const { levels, changes } = evaluate({
      world,
      memory: this.memory,
      settingsOf: rule => ({ ...ruleCatalog[rule].defaults, ...this.settings.get(rule) }),
      levels: this.#levels,
      open: this.open,
      ids: { next: () => `a${this.#nextId++}` },
    })
    // As it is kept in the database and read by whoever takes over.
    this.#levels = JSON.parse(JSON.stringify(levels)) as KeptEvaluation['levels']
    for (const change of changes) this.#apply(change, world.nowMs)
    return changes
  }

  #apply(change: AlertChange, nowMs: number): void {
    const second = (nowMs - (this.#startMs ?? nowMs)) / 1_000
    const alert = this.open.find(({ id }) => id === change.id)
    switch (change.kind) {
      case 'raise': {
        const { id, rule, subject, moduleId, text } = change
        this.open.push({ id, rule, subject, moduleId, ...text, isNotified: true, renewedAt: nowMs })
        this.told.push(`${second} raised ${rule} ${subject} ${text.severity}`)
        return
      }
      case 'move':
        this.told.push(`${second} ${change.isUp ? 'escalated' : 'eased'} ${alert?.rule} to ${change.text.severity}`)
        Object.assign(alert!, change.text)
        return
      case 'renew':
        Object.assign(alert!, change.text, { renewedAt: nowMs })
        return
      case 'resolve':
        this.told.push(`${second} resolved ${alert?.rule}`)
        this.open = this.open.filter(({ id }) => id !== change.id)
    }
  }
}
