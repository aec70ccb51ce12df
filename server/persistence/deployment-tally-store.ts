import type pg from 'pg'
import type { DeploymentTallyStore, TallyEntry, VersionTally } from '#server/core/deployments/deployment-tally-store.ts'

/** Calls of deployments in PostgreSQL. */
export class SqlDeploymentTallyStore implements DeploymentTallyStore {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** One statement, in the order of the key, so that replicas that add at once wait for each other in turn. */
  async add(entries: readonly TallyEntry[]): Promise<void> {
    await this.#pool.query(
      `INSERT INTO deployment_tally AS t (tenant_id, module_id, deployment_id, round, version, step, calls, failures)
       SELECT e."tenantId", e."moduleId", e."deploymentId", e.round, e.version, e.step, e.calls, e.failures
       FROM jsonb_to_recordset($1::jsonb) AS e ("tenantId" text, "moduleId" text, "deploymentId" text, round integer,
         version text, step integer, calls bigint, failures bigint)
       JOIN module m ON m.tenant_id = e."tenantId" AND m.id = e."moduleId"
       ORDER BY 1, 2, 3, 4, 5
       ON CONFLICT (tenant_id, module_id, deployment_id, round, version)
       DO UPDATE SET calls = t.calls + excluded.calls, failures = t.failures + excluded.failures`,
      [JSON.stringify(entries)],
    )
  }

  async read(tenantId: string, moduleId: string, deploymentId: string): Promise<VersionTally[]> {
    const { rows } = await this.#pool.query<VersionTally>(
      `SELECT round, step, version, calls::float8 AS calls, failures::float8 AS failures FROM deployment_tally
       WHERE tenant_id = $1 AND module_id = $2 AND deployment_id = $3 ORDER BY round, version COLLATE "C"`,
      [tenantId, moduleId, deploymentId],
    )
    return rows
  }
}
