import type { Pool } from 'pg'
import type { DeadLetterJobStore } from '#server/core/dead-letters/dead-letter-job-store.ts'
import type { DeadLetterStore } from '#server/core/dead-letters/dead-letter-store.ts'
import { advanceJob, decideJob } from './sql/dead-letters/advance-job.ts'
import { countOpenLetters } from './sql/dead-letters/count-letters.ts'
import { createJob } from './sql/dead-letters/create-job.ts'
import { discardLetters } from './sql/dead-letters/discard-letters.ts'
import { findLetters } from './sql/dead-letters/find-letters.ts'
import { groupLetters } from './sql/dead-letters/group-letters.ts'
import { countTrial, nextItems, settleItems } from './sql/dead-letters/job-items.ts'
import { leaseJobs, releaseJobs } from './sql/dead-letters/lease-jobs.ts'
import { listLetters } from './sql/dead-letters/list-letters.ts'
import { getJob, listJobs } from './sql/dead-letters/read-jobs.ts'
import { readLineage } from './sql/dead-letters/read-lineage.ts'

/** Dead letters in PostgreSQL. */
export function createDeadLetterStore(pool: Pool): DeadLetterStore {
  return {
    list: (tenantId, filter) => listLetters(pool, tenantId, filter),
    groups: (tenantId, filter) => groupLetters(pool, tenantId, filter),
    countOpen: (tenantId, filter) => countOpenLetters(pool, tenantId, filter),
    find: (tenantId, ids) => findLetters(pool, tenantId, ids),
    lineage: (tenantId, id) => readLineage(pool, tenantId, id),
    discard: discard => discardLetters(pool, discard),
  }
}

/** Jobs on dead letters in PostgreSQL. */
export function createDeadLetterJobStore(pool: Pool): DeadLetterJobStore {
  return {
    create: job => createJob(pool, job),
    list: (tenantId, filter) => listJobs(pool, tenantId, filter),
    get: (tenantId, id) => getJob(pool, tenantId, id),
    lease: (replicaId, leaseMs) => leaseJobs(pool, replicaId, leaseMs),
    release: replicaId => releaseJobs(pool, replicaId),
    nextItems: (job, limit) => nextItems(pool, job, limit),
    settle: (job, replicaId, items, waitingFor) => settleItems(pool, job, replicaId, items, waitingFor),
    countTrial: job => countTrial(pool, job),
    advance: (job, replicaId, next) => advanceJob(pool, job, replicaId, next),
    decide: (by, id, decision) => decideJob(pool, by, id, decision),
  }
}
