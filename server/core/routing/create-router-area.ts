import type { RouterOperations } from '../operations.ts'
import { OutsideRoutes, type OutsideRoutesPorts } from './outside-routes.ts'
import { createRouterOperations, type RouterOperationsSources } from './router-operations.ts'

/** All that the API offers of routing: previews and statistics, and calls that callers make themselves. */
export function createRouterArea(parts: RouterOperationsSources & OutsideRoutesPorts): RouterOperations {
  const outside = new OutsideRoutes(parts)
  return {
    ...createRouterOperations(parts),
    route: (tenantId, input) => outside.route(tenantId, input),
    report: (tenantId, report) => outside.report(tenantId, report),
  }
}
