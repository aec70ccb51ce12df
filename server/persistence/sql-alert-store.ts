import type { Pool } from 'pg'
import type { AlertStore } from '#server/core/alerts/alert-store.ts'
import { acknowledgeAlerts } from './sql/alerts/acknowledge-alerts.ts'
import { readAlertStats } from './sql/alerts/alert-stats.ts'
import { commitEvaluation } from './sql/alerts/commit-evaluation.ts'
import { forgetAlerts } from './sql/alerts/forget-alerts.ts'
import { getAlert, listAlerts } from './sql/alerts/list-alerts.ts'
import { readEvaluation } from './sql/alerts/read-evaluation.ts'
import { addSilence, endSilence, listSilences } from './sql/alerts/silences.ts'

/** Alerts in PostgreSQL. */
export function createAlertStore(pool: Pool): AlertStore {
  return {
    read: (tenantId, knownRevision) => readEvaluation(pool, tenantId, knownRevision),
    commit: (tenantId, result) => commitEvaluation(pool, tenantId, result),
    list: (tenantId, filter, nowMs) => listAlerts(pool, tenantId, filter, nowMs),
    get: (tenantId, id, nowMs) => getAlert(pool, tenantId, id, nowMs),
    acknowledge: (by, input) => acknowledgeAlerts(pool, by, input),
    stats: (tenantId, nowMs) => readAlertStats(pool, tenantId, nowMs),
    silences: (tenantId, filter, nowMs) => listSilences(pool, tenantId, filter, nowMs),
    addSilence: (by, silence) => addSilence(pool, by, silence),
    endSilence: (by, id, nowMs) => endSilence(pool, by, id, nowMs),
    forget: beforeMs => forgetAlerts(pool, beforeMs),
  }
}
