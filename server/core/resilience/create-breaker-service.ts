import type { Logger } from '../shared/logger.ts'
import { BreakerFleet } from './breaker-fleet.ts'
import { BreakerJournal, type BreakerJournalStore } from './breaker-journal.ts'
import { type BreakerHoldStore, BreakerService, type BreakerServicePorts } from './breaker-service.ts'
import type { BreakerShareStore } from './breaker-shares.ts'

interface Parts extends Omit<BreakerServicePorts, 'board' | 'fleet' | 'holds' | 'journal'> {
  breakers: BreakerServicePorts['board']
  stores: { breakerHolds: BreakerHoldStore; breakerShares: BreakerShareStore; breakerJournal: BreakerJournalStore }
  /** Ids of the other live replicas. */
  others: () => readonly string[]
  logger: Logger
}

/** The breakers of a replica with what ties them to the others' and what keeps their history; starts nothing. */
export function createBreakerService(parts: Parts): BreakerService {
  const { breakers: board, stores } = parts
  return new BreakerService({
    ...parts,
    board,
    holds: stores.breakerHolds,
    fleet: new BreakerFleet({ ...parts, board, store: stores.breakerShares }),
    journal: new BreakerJournal({ ...parts, store: stores.breakerJournal }),
  })
}
