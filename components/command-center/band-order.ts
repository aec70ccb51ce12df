import type { HealthBand } from '#server/contracts/health.ts'

/** The bands of health, worst first. */
export const healthBandOrder: readonly HealthBand[] = ['emergency', 'critical', 'degraded', 'healthy']
