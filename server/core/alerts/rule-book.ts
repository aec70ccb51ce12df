import { type AlertRuleId, alertRuleIds } from '../../contracts/alert-rules.ts'
import type { AlertRuleView, RuleSettings, SetRule } from '../../contracts/alerts.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import type { AlertRuleStore, StoredRule } from './alert-store.ts'
import { ruleCatalog } from './rule-catalog.ts'

/** The rules of every tenant: as the catalog has them, until somebody edits one. The same on every replica within seconds. */
export class RuleBook {
  readonly #store: AlertRuleStore
  #edited = new Map<string, StoredRule>()

  constructor(store: AlertRuleStore) {
    this.#store = store
  }

  /** Reads what is stored; other replicas may have changed it. */
  async refresh(): Promise<void> {
    const rules = await this.#store.loadAll()
    this.#edited = new Map(rules.map(rule => [`${rule.tenantId} ${rule.id}`, rule]))
  }

  settingsOf(tenantId: string, id: AlertRuleId): RuleSettings {
    return this.#edited.get(`${tenantId} ${id}`)?.settings ?? ruleCatalog[id].defaults
  }

  list(tenantId: string): AlertRuleView[] {
    return alertRuleIds.map(id => this.#view(tenantId, id))
  }

  /** Throws VERSION_CONFLICT, INVALID_INPUT. */
  async set(by: Principal, { id, version, ...settings }: SetRule): Promise<AlertRuleView> {
    requireSense(id, settings)
    const saved = await this.#store.save(by, { id, version, settings })
    await this.refresh()
    const view = this.#view(by.tenantId, id)
    if (saved !== null) return view
    throw new QuarterdeckError('VERSION_CONFLICT', {
      message: `The rule was changed by ${view.updatedBy ?? 'somebody else'} in the meantime.`,
      action: 'Load it again and repeat the change on what is there now.',
      details: { currentVersion: view.version, rule: view },
    })
  }

  #view(tenantId: string, id: AlertRuleId): AlertRuleView {
    const stored = this.#edited.get(`${tenantId} ${id}`)
    return {
      ...ruleCatalog[id],
      ...this.settingsOf(tenantId, id),
      id,
      version: stored?.version ?? 0,
      isDefault: stored === undefined,
      updatedBy: stored?.updatedBy ?? null,
      updatedAt: stored ? new Date(stored.updatedAt).toISOString() : null,
    }
  }
}

/** Levels must be as many as the rule has, have thresholds when it measures, and become graver one after the other. */
function requireSense(id: AlertRuleId, { levels, objectivePercent }: RuleSettings): void {
  const { direction, levelNames, unit, defaults } = ruleCatalog[id]
  if (levels.length !== levelNames.length) {
    throw invalid('levels', `must be ${levelNames.length}: ${levelNames.join(', ')}`)
  }
  if ((objectivePercent === null) !== (defaults.objectivePercent === null)) {
    throw invalid('objectivePercent', defaults.objectivePercent === null ? 'does not belong to this rule' : 'is needed')
  }
  levels.forEach(({ threshold }, index) => {
    const at = `levels[${index}].threshold`
    if ((threshold === null) !== (direction === 'is')) {
      throw invalid(at, direction === 'is' ? 'does not belong to this rule' : 'is needed')
    }
    if (threshold !== null && threshold > (highest[unit ?? ''] ?? Number.POSITIVE_INFINITY)) {
      throw invalid(at, `must be at most ${highest[unit ?? '']}`)
    }
    const milder = levels[index - 1]?.threshold ?? null
    if (threshold === null || milder === null) return
    if (direction === 'above' ? threshold <= milder : threshold >= milder) {
      throw invalid(at, `must be ${direction} ${milder}, the threshold of ${levelNames[index - 1]}`)
    }
  })
}

const highest: Record<string, number> = { score: 100, percent: 100 }

function invalid(path: string, problem: string): QuarterdeckError {
  return new QuarterdeckError('INVALID_INPUT', {
    message: `${path} ${problem}.`,
    action: 'Correct it; alerts.rules shows every rule with its levels and defaults.',
    details: { problems: [{ path, problem }] },
  })
}
