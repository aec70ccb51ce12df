import type { TestedPredictions } from '#server/core/suggestions/suggestion-store.ts'
import { Prisma } from '../../generated/client.ts'
import type { PrismaClient } from '../../prisma-client.ts'

/**
 * How predictions turned out, summed where the verdicts are: each measured effect says whether what was predicted for it held. A pass
 * over the suggestions of a tenant that were judged since, of which there are some thousand in years.
 */
export function readTestedPredictions(
  prisma: PrismaClient,
  tenantId: string,
  since: Date,
): Promise<TestedPredictions[]> {
  return prisma.$queryRaw<TestedPredictions[]>(Prisma.sql`
    SELECT analyzer, count(*)::int AS predictions,
      count(*) FILTER (WHERE (effect -> 'predicted' ->> 'isHeld')::boolean)::int AS held
    FROM suggestion, jsonb_array_elements(record -> 'state' -> 'verdict' -> 'effects') AS effect
    WHERE tenant_id = ${tenantId} AND status IN ('judged', 'reverted') AND updated_at >= ${since}
      AND record -> 'origin' ->> 'kind' = 'analyzer' AND jsonb_typeof(effect -> 'predicted') = 'object'
    GROUP BY analyzer
    ORDER BY analyzer COLLATE "C"`)
}
