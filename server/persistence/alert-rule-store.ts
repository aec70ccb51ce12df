import { type AlertRuleId, alertRuleIds } from '#server/contracts/alert-rules.ts'
import type { RuleSettings } from '#server/contracts/alerts.ts'
import type { AlertRuleStore, StoredRule } from '#server/core/alerts/alert-store.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { saveSetting } from './save-setting.ts'

const prefix = 'alert-rule.'

/** Edited alert rules; each is a versioned setting of its tenant. */
export class PrismaAlertRuleStore implements AlertRuleStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async loadAll(): Promise<StoredRule[]> {
    const rows = await this.#prisma.setting.findMany({ where: { key: { startsWith: prefix } } })
    return rows.flatMap(({ tenantId, key, version, value, updatedBy, updatedAt }) => {
      const id = alertRuleIds.find(each => key === prefix + each)
      // A rule that a newer version knows.
      if (id === undefined) return []
      return [
        {
          tenantId,
          id,
          version,
          settings: value as unknown as RuleSettings,
          updatedBy,
          updatedAt: updatedAt.getTime(),
        },
      ]
    })
  }

  save(by: Principal, rule: { id: AlertRuleId; version: number; settings: RuleSettings }): Promise<number | null> {
    const { id, version, settings } = rule
    const value = { ...settings } as unknown as Prisma.InputJsonObject
    return saveSetting(this.#prisma, by, { key: prefix + id, version, value, action: 'alert_rule.changed' })
  }
}
