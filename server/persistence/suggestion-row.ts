import { suggestionPriorities } from '#server/contracts/suggestion-words.ts'
import { moduleOf, type SuggestionRecord } from '#server/core/suggestions/suggestion-record.ts'
import type { Prisma } from './generated/client.ts'

/** Who a suggestion comes from, as lists are filtered by it. */
function analyzerOf({ origin }: Pick<SuggestionRecord, 'origin'>): string {
  return origin.kind === 'analyzer' ? origin.analyzer : origin.kind === 'verdict' ? 'verdict' : 'person'
}

/** The columns of a suggestion that an act may change. */
export function toSuggestionColumns(record: SuggestionRecord) {
  const { state, priority, revision, createdAt, updatedAt, dueAt } = record
  return {
    status: state.status,
    urgency: suggestionPriorities.indexOf(priority),
    analyzer: analyzerOf(record),
    moduleId: moduleOf(record),
    revision,
    record: record as unknown as Prisma.InputJsonObject,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    dueAt: dueAt === null ? null : new Date(dueAt),
  }
}
