import type { Analyzer } from './analyzer.ts'
import { backOffAnalyzer } from './analyzers/back-off.ts'
import { balancingAnalyzer } from './analyzers/balancing.ts'
import { breakerLateAnalyzer } from './analyzers/breaker-late.ts'
import { breakerNoiseAnalyzer } from './analyzers/breaker-noise.ts'
import { capacityAnalyzer } from './analyzers/capacity.ts'
import { cheaperServiceAnalyzer } from './analyzers/cheaper-service.ts'
import { instanceCountAnalyzer } from './analyzers/instance-count.ts'
import { missingFallbackAnalyzer } from './analyzers/missing-fallback.ts'
import { overloadAnalyzer } from './analyzers/overload.ts'
import { retirementAnalyzer } from './analyzers/retirement.ts'
import { serviceOrderAnalyzer } from './analyzers/service-order.ts'
import { timeOutAnalyzer } from './analyzers/time-out.ts'
import { typePriorityAnalyzer } from './analyzers/type-priority.ts'
import { uselessRetriesAnalyzer } from './analyzers/useless-retries.ts'

/** Every analyzer there is; to add one, write its file and list it here. */
export const analyzers: readonly Analyzer[] = [
  capacityAnalyzer,
  overloadAnalyzer,
  instanceCountAnalyzer,
  balancingAnalyzer,
  timeOutAnalyzer,
  uselessRetriesAnalyzer,
  backOffAnalyzer,
  breakerNoiseAnalyzer,
  breakerLateAnalyzer,
  serviceOrderAnalyzer,
  cheaperServiceAnalyzer,
  typePriorityAnalyzer,
  missingFallbackAnalyzer,
  retirementAnalyzer,
]
