import type { SuggestionEventType } from '#server/contracts/events.ts'
import type { CompanionMove } from '#server/core/shared/companion.ts'
import { QuarterdeckError } from '#server/core/shared/errors.ts'
import type { Actor } from '#server/core/shared/principal.ts'
import { moduleOf, type SuggestionRecord } from '#server/core/suggestions/suggestion-record.ts'
import { insertAudit } from './audit.ts'
import { insertEventBatch } from './event-batch.ts'
import type { Prisma } from './generated/client.ts'
import { toSuggestionColumns } from './suggestion-row.ts'

/**
 * Moves a suggestion in the transaction of the change that it stands for: a compare-and-set on its revision, with its audit row and
 * its event.
 * Throws SUGGESTION_CHANGED when it is elsewhere by now, which undoes the change too.
 */
export async function moveCompanion(tx: Prisma.TransactionClient, move: CompanionMove): Promise<void> {
  if (await tryMove(tx, move)) return
  throw new QuarterdeckError('SUGGESTION_CHANGED', {
    message: 'The suggestion was changed by somebody else in the meantime.',
    action: 'Look at it again: it may have been applied already.',
  })
}

/** False when the suggestion is not at the revision it moves from. */
export async function tryMove(tx: Prisma.TransactionClient, move: CompanionMove): Promise<boolean> {
  const { tenantId, suggestionId: id, revision } = move
  const { count } = await tx.suggestion.updateMany({
    where: { tenantId, id, revision },
    data: toSuggestionColumns(move.record as SuggestionRecord),
  })
  if (count === 0) return false
  await insertAudit(tx, move.by, {
    action: move.action,
    targetKind: 'suggestion',
    targetId: id,
    reason: move.reason ?? undefined,
    details: move.details as Prisma.InputJsonObject,
  })
  await insertSuggestionEvent(tx, move.record as SuggestionRecord, move)
  return true
}

/** Tells of an act in the transaction of the act. */
export async function insertSuggestionEvent(
  tx: Prisma.TransactionClient,
  record: SuggestionRecord,
  { action, by }: { action: SuggestionEventType; by: Actor },
): Promise<void> {
  const { tenantId, id, title, state, history, createdAt } = record
  const data = { suggestionId: id, title, status: state.status, by: by.name }
  const event = { type: action, moduleId: moduleOf(record), data }
  await insertEventBatch(tx, tenantId, [event], Date.parse(history.at(-1)?.at ?? createdAt))
}
