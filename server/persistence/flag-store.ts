import type { Flags, FlagsView } from '#server/contracts/settings.ts'
import type { FlagStore } from '#server/core/settings/flag-service.ts'
import type { CompanionMove } from '#server/core/shared/companion.ts'
import { defaultTenantId, type Principal } from '#server/core/shared/principal.ts'
import type { PrismaClient } from './generated/client.ts'
import { saveSetting } from './save-setting.ts'

const key = 'flags'

/** The flags of the installation, a versioned setting of the first tenant. */
export class PrismaFlagStore implements FlagStore {
  readonly #prisma: PrismaClient

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma
  }

  async load(): Promise<{ version: number; flags: Partial<Flags> } | null> {
    const row = await this.#prisma.setting.findUnique({ where: { tenantId_key: { tenantId: defaultTenantId, key } } })
    return row && { version: row.version, flags: row.value as Partial<Flags> }
  }

  save(by: Principal, { version, flags }: FlagsView, companion?: CompanionMove): Promise<number | null> {
    return saveSetting(this.#prisma, by, { key, version, value: flags, action: 'flags.changed', companion })
  }
}
