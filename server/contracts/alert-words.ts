/** How bad an alert is, worst first. Without zod, for pages that only name them. */
export const alertSeverities = ['critical', 'warning', 'info'] as const

/** Where an alert stands. */
export const alertStates = ['open', 'acknowledged', 'silenced', 'resolved'] as const
