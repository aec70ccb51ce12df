import type { Prisma } from './generated/client.ts'

/** What became of one configured thing. Kind and id name it; `value` is all of it, and holds no secret. */
export interface ConfigChangeRow {
  entityKind: string
  entityId: string
  value: Record<string, unknown>
}

/**
 * Adds rows to the append-only configuration history, each with the version after the last one of its entity. The caller
 * holds a lock that keeps other writers of the same entities out, and names each entity once.
 */
export async function insertConfigChanges(
  tx: Prisma.TransactionClient,
  tenantId: string,
  changedBy: string,
  changes: readonly ConfigChangeRow[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO config_change (tenant_id, entity_kind, entity_id, version, value, changed_by)
    SELECT ${tenantId}, change."entityKind", change."entityId",
      1 + coalesce((SELECT max(earlier.version) FROM config_change earlier WHERE earlier.tenant_id = ${tenantId}
        AND earlier.entity_kind = change."entityKind" AND earlier.entity_id = change."entityId"), 0),
      change.value, ${changedBy}
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS change ("entityKind" text, "entityId" text, value jsonb)`
}

/** The last version of an entity in the history; 0 when it was never configured. */
export async function lastConfigVersion(
  tx: Prisma.TransactionClient,
  tenantId: string,
  entityKind: string,
  entityId: string,
): Promise<number> {
  const { _max: last } = await tx.configChange.aggregate({
    where: { tenantId, entityKind, entityId },
    _max: { version: true },
  })
  return last.version ?? 0
}
