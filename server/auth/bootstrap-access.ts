import { randomBytes } from 'node:crypto'
import { hashPassword } from 'better-auth/crypto'
import { defaultTenantId, systemPrincipal } from '../core/shared/principal.ts'
import type { PrismaClient } from '../persistence/generated/client.ts'
import type { ApiKeys } from './api-keys.ts'
import type { People } from './people.ts'

export interface BootstrapConfig {
  adminEmail: string
  adminPassword: string | null
  apiKey: string | null
}

/** What the first start made. */
export interface BootstrapResult {
  /** The first administrator; null when there were people already. */
  admin: {
    email: string
    /** Made here, to be shown this once; null when the configuration gave it. */
    generatedPassword: string | null
  } | null
}

/**
 * Makes the first administrator when there is nobody yet, and admits the configured service key. Starting again, or two replicas
 * at once, changes nothing.
 */
export async function bootstrapAccess(
  { prisma, people, keys }: { prisma: PrismaClient; people: People; keys: ApiKeys },
  config: BootstrapConfig,
): Promise<BootstrapResult> {
  const system = systemPrincipal(defaultTenantId)
  const admin = await makeFirstAdmin(prisma, people, config)
  if (config.apiKey !== null) await keys.admitKnown(system, 'QUARTERDECK_API_KEY', config.apiKey)
  return { admin }
}

async function makeFirstAdmin(
  prisma: PrismaClient,
  people: People,
  config: BootstrapConfig,
): Promise<BootstrapResult['admin']> {
  if ((await prisma.person.count()) > 0) return null
  const generatedPassword = randomBytes(15).toString('base64url')
  const passwordHash = await hashPassword(config.adminPassword ?? generatedPassword)
  const made = await prisma.$transaction(async tx => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('quarterdeck.first-admin', 0))`
    if ((await tx.person.count()) > 0) return false
    await people.addWithin(tx, systemPrincipal(defaultTenantId), {
      email: config.adminEmail,
      name: 'Administrator',
      role: 'admin',
      passwordHash,
    })
    return true
  })
  if (!made) return null
  return { email: config.adminEmail, generatedPassword: config.adminPassword === null ? generatedPassword : null }
}
