import type { ChoicePolicyView } from '#server/contracts/learning.ts'
import { type ChoicePolicyStore, defaultChoicePolicy } from '#server/core/brain/choice-policy.ts'
import type { CompanionMove } from '#server/core/shared/companion.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import type { PrismaClient } from './generated/client.ts'
import { saveSetting } from './save-setting.ts'

const key = 'brain.choice'

/** How each tenant's services are chosen, a versioned setting in PostgreSQL. */
export class PrismaChoicePolicyStore implements ChoicePolicyStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async loadAll(): Promise<{ tenantId: string; policy: ChoicePolicyView }[]> {
    const rows = await this.#prisma.setting.findMany({ where: { key } })
    return rows.map(({ tenantId, value, version }) => ({
      tenantId,
      // What was stored before a part existed has none of it.
      policy: { ...defaultChoicePolicy, ...(value as unknown as Omit<ChoicePolicyView, 'version'>), version },
    }))
  }

  save(by: Principal, { version, ...value }: ChoicePolicyView, companion?: CompanionMove): Promise<number | null> {
    return saveSetting(this.#prisma, by, { key, version, value, action: 'brain.choice_changed', companion })
  }
}
