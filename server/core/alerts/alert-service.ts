import type {
  AcknowledgeAlerts,
  AlertDetail,
  AlertRuleView,
  AlertStats,
  AlertView,
  ListAlerts,
  ListSilences,
  NewSilence,
  SetRule,
  Silence,
} from '../../contracts/alerts.ts'
import type { Page } from '../../contracts/common.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Principal } from '../shared/principal.ts'
import type { AlertOperations } from './alert-operations.ts'
import type { AlertStore, StoredSilence } from './alert-store.ts'
import type { RuleBook } from './rule-book.ts'

export interface AlertServiceOptions {
  store: AlertStore
  rules: RuleBook
  events: Pick<EventPublisher, 'wake'>
  clock: Clock
  ids: IdSource
  /** A silence began or ended, or deliveries may be due. */
  onChanged: () => void
}

const longestSilenceMs = 90 * 86_400_000
/** The command center asks twice a second. */
const currentMaxAgeMs = 1_000
const currentShown = 100

/** What callers do with alerts: look, acknowledge, silence, and edit the rules. */
export class AlertService implements AlertOperations {
  readonly #options: AlertServiceOptions
  readonly #current = new Map<string, { at: number; alerts: Promise<AlertView[]> }>()

  constructor(options: AlertServiceOptions) {
    this.#options = options
  }

  list(tenantId: string, filter: ListAlerts): Promise<Page<AlertView>> {
    return this.#options.store.list(tenantId, filter, this.#now())
  }

  async get(tenantId: string, id: string): Promise<AlertDetail> {
    const alert = await this.#options.store.get(tenantId, id, this.#now())
    if (!alert) throw alertNotFound([id])
    return alert
  }

  async acknowledge(by: Principal, { ids, note }: AcknowledgeAlerts): Promise<{ acknowledged: string[] }> {
    const { changed, known } = await this.#options.store.acknowledge(by, { ids, note, nowMs: this.#now() })
    const unknown = ids.filter(id => !known.includes(id))
    if (known.length === 0) throw alertNotFound(unknown)
    if (changed.length === 0) {
      throw new QuarterdeckError('ALERT_NOT_OPEN', {
        message:
          known.length === 1 ? `Alert ${known[0]} is not open any more.` : 'None of these alerts is open any more.',
        action: 'It was acknowledged or resolved meanwhile; alerts.get says by whom.',
      })
    }
    this.#changed()
    return { acknowledged: changed }
  }

  stats(tenantId: string): Promise<AlertStats> {
    return this.#options.store.stats(tenantId, this.#now())
  }

  rules(tenantId: string): AlertRuleView[] {
    return this.#options.rules.list(tenantId)
  }

  async setRule(by: Principal, edit: SetRule): Promise<AlertRuleView> {
    const rule = await this.#options.rules.set(by, edit)
    this.#changed()
    return rule
  }

  silences(tenantId: string, filter: ListSilences): Promise<Page<Silence>> {
    return this.#options.store.silences(tenantId, filter, this.#now())
  }

  async silence(by: Principal, input: NewSilence): Promise<Silence> {
    const now = this.#now()
    const startsAt = input.startsAt === undefined ? now : Date.parse(input.startsAt)
    const endsAt = Date.parse(input.endsAt)
    if (endsAt <= Math.max(startsAt, now)) throw wrongEnd('must be later than its start, and than now')
    if (endsAt - startsAt > longestSilenceMs) throw wrongEnd('must be at most 90 days after the start')
    const { kind, rule, severity, moduleId, reason } = input
    const id = this.#options.ids.next()
    const silence: StoredSilence = { id, kind, rule, severity, moduleId, reason, by: by.name, startsAt, endsAt }
    await this.#options.store.addSilence(by, silence)
    this.#changed()
    return {
      ...silence,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
      createdAt: new Date(now).toISOString(),
      endedBy: null,
      status: startsAt > now ? 'planned' : 'active',
    }
  }

  async unsilence(by: Principal, id: string): Promise<Silence> {
    const silence = await this.#options.store.endSilence(by, id, this.#now())
    if (!silence) {
      throw new QuarterdeckError('SILENCE_NOT_FOUND', {
        message: `There is no silence ${id} that is planned or active.`,
        action: 'It may be over already; alerts.silences lists them.',
      })
    }
    this.#changed()
    return silence
  }

  /** Those that are open or acknowledged now and no silence covers; read about once a second however many ask. */
  current(tenantId: string): Promise<AlertView[]> {
    const now = this.#now()
    const known = this.#current.get(tenantId)
    if (known && now - known.at < currentMaxAgeMs) return known.alerts
    const filter = { state: ['open', 'acknowledged'], limit: currentShown } satisfies ListAlerts
    const alerts = this.list(tenantId, filter).then(({ items }) => items)
    this.#current.set(tenantId, { at: now, alerts })
    alerts.catch(() => this.#current.delete(tenantId))
    return alerts
  }

  #changed(): void {
    this.#current.clear()
    this.#options.events.wake()
    this.#options.onChanged()
  }

  #now(): number {
    return this.#options.clock.now()
  }
}

function alertNotFound(ids: readonly string[]): QuarterdeckError {
  return new QuarterdeckError('ALERT_NOT_FOUND', {
    message: ids.length === 1 ? `There is no alert ${ids[0]}.` : 'There are no such alerts.',
    action: 'Check the id; resolved alerts are kept for 90 days.',
    details: { ids: ids.slice(0, 100) },
  })
}

function wrongEnd(problem: string): QuarterdeckError {
  return new QuarterdeckError('INVALID_INPUT', {
    message: `The end of the silence ${problem}.`,
    action: 'Give an end after the start.',
    details: { problems: [{ path: 'endsAt', problem }] },
  })
}
