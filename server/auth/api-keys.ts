import { createHash, randomBytes } from 'node:crypto'
import type { CreatedKey, CreateKey, KeyView } from '../contracts/keys.ts'
import { type Scope, scopes } from '../contracts/people.ts'
import { moduleNotFound } from '../core/registry/module-errors.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { IdSource } from '../core/shared/ids.ts'
import type { Principal } from '../core/shared/principal.ts'
import { insertAudit } from '../persistence/audit.ts'
import type { ApiKey, PrismaClient } from '../persistence/generated/client.ts'
import type { AccessChanges } from './access-changes.ts'
import { isUniqueViolation } from './unique-violation.ts'

export interface ApiKeysOptions {
  prisma: PrismaClient
  ids: IdSource
  changes: AccessChanges
}

/** What a secret must look like before anybody asks the database about it: visible ASCII of bearable length. */
const secretForm = /^[!-~]{8,200}$/

/**
 * The keys of services and modules. A secret is 256 random bits behind the prefix `qd_`; what is stored is its SHA-256. A slow hash would
 * add nothing: it protects secrets that can be guessed, and these cannot.
 */
export class ApiKeys {
  readonly #prisma: PrismaClient
  readonly #ids: IdSource
  readonly #changes: AccessChanges

  constructor({ prisma, ids, changes }: ApiKeysOptions) {
    this.#prisma = prisma
    this.#ids = ids
    this.#changes = changes
  }

  async list(tenantId: string): Promise<KeyView[]> {
    const keys = await this.#prisma.apiKey.findMany({ where: { tenantId }, orderBy: { id: 'desc' } })
    return keys.map(viewOf)
  }

  /** Throws MODULE_NOT_FOUND for the key of a module that is not there. */
  async create(by: Principal, input: CreateKey): Promise<CreatedKey> {
    const secret = `qd_${randomBytes(32).toString('base64url')}`
    const key = await this.#admit(by, { ...input, secret })
    return { ...viewOf(key), secret }
  }

  async revoke(by: Principal, id: string): Promise<KeyView> {
    const where = { tenantId_id: { tenantId: by.tenantId, id } }
    const key = await this.#prisma.$transaction(async tx => {
      const { count } = await tx.apiKey.updateMany({
        where: { tenantId: by.tenantId, id, revokedAt: null },
        data: { revokedAt: new Date() },
      })
      const found = await tx.apiKey.findUnique({ where })
      if (found && count > 0) {
        await insertAudit(tx, by, {
          action: 'key.revoked',
          targetKind: 'key',
          targetId: id,
          details: { name: found.name },
        })
      }
      return found
    })
    if (!key) {
      throw new QuarterdeckError('KEY_NOT_FOUND', {
        message: 'There is no key with this id.',
        action: 'List the keys to see their ids.',
      })
    }
    this.#changes.announce()
    return viewOf(key)
  }

  /** Admits a key whose secret was made elsewhere, with every scope, unless it is known already. Returns whether it was new. */
  async admitKnown(by: Principal, name: string, secret: string): Promise<boolean> {
    const known = await this.#prisma.apiKey.findUnique({ where: { keyHash: hashSecret(secret) } })
    if (known) return false
    try {
      await this.#admit(by, { name, scopes: [...scopes], secret })
      return true
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }

  /** Whose key this is; null when it is unknown or revoked, and without asking the database when it cannot be a key. */
  async findPrincipal(secret: string): Promise<Principal | null> {
    if (!secretForm.test(secret)) return null
    const key = await this.#prisma.apiKey.findUnique({ where: { keyHash: hashSecret(secret) } })
    if (!key || key.revokedAt !== null) return null
    const { id, name, tenantId, moduleId } = key
    if (moduleId !== null) return { kind: 'module', id, name, tenantId, moduleId }
    return { kind: 'service', id, name, tenantId, scopes: knownScopes(key) }
  }

  async #admit(by: Principal, key: CreateKey & { secret: string }): Promise<ApiKey> {
    const id = this.#ids.next()
    const { tenantId } = by
    const { moduleId = null } = key
    return this.#prisma.$transaction(async tx => {
      if (moduleId !== null && (await tx.module.count({ where: { tenantId, id: moduleId } })) === 0) {
        throw moduleNotFound(moduleId)
      }
      await insertAudit(tx, by, {
        action: 'key.created',
        targetKind: 'key',
        targetId: id,
        details: { name: key.name, scopes: key.scopes, ...(moduleId === null ? {} : { moduleId }) },
      })
      return tx.apiKey.create({
        data: {
          tenantId,
          id,
          moduleId,
          name: key.name,
          keyHash: hashSecret(key.secret),
          scopes: key.scopes,
          createdBy: by.name,
        },
      })
    })
  }
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function knownScopes(key: ApiKey): Scope[] {
  return scopes.filter(scope => key.scopes.includes(scope))
}

function viewOf(key: ApiKey): KeyView {
  return {
    id: key.id,
    name: key.name,
    scopes: knownScopes(key),
    moduleId: key.moduleId,
    createdBy: key.createdBy,
    createdAt: key.createdAt.toISOString(),
    revokedAt: key.revokedAt?.toISOString() ?? null,
  }
}
