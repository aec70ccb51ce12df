import type { AuditView, ListAudit } from '../contracts/audit.ts'
import type { Page } from '../contracts/common.ts'
import type { AuditEntry, Prisma, PrismaClient } from '../persistence/generated/client.ts'

/** Reads who did what in a tenant. Entries are written with the changes themselves, and never changed or removed. */
export class AuditLog {
  readonly #prisma: PrismaClient

  constructor({ prisma }: { prisma: PrismaClient }) {
    this.#prisma = prisma
  }

  /** Newest first. */
  async list(tenantId: string, query: ListAudit): Promise<Page<AuditView>> {
    const { cursor, limit } = query
    const rows = await this.#prisma.auditEntry.findMany({
      where: { tenantId, AND: conditionsOf(query), ...(cursor !== undefined && { id: { lt: cursor } }) },
      orderBy: { id: 'desc' },
      take: limit + 1,
    })
    const items = rows.slice(0, limit).map(viewOf)
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
  }
}

function conditionsOf({ areas, actorKind, q, from, to }: ListAudit): Prisma.AuditEntryWhereInput[] {
  // Prisma leaves the wildcards of LIKE in the text as they are.
  const text =
    q === undefined ? undefined : ({ contains: q.replaceAll(/[\\%_]/g, '\\$&'), mode: 'insensitive' } as const)
  return [
    ...(areas && areas.length > 0 ? [{ OR: areas.map(area => ({ action: { startsWith: area } })) }] : []),
    ...(actorKind === undefined ? [] : [{ actorKind }]),
    ...(text ? [{ OR: [{ actorName: text }, { action: text }, { targetId: text }, { reason: text }] }] : []),
    ...(from === undefined ? [] : [{ at: { gte: new Date(from) } }]),
    ...(to === undefined ? [] : [{ at: { lt: new Date(to) } }]),
  ]
}

function viewOf(entry: AuditEntry): AuditView {
  const { id, at, actorKind, actorId, actorName, action, targetKind, targetId, reason, details } = entry
  return {
    id,
    at: at.toISOString(),
    actor: { kind: actorKind, id: actorId, name: actorName },
    action,
    target: { kind: targetKind, id: targetId },
    reason,
    details: details as Record<string, unknown>,
  }
}
