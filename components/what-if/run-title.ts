import type { SimulationSummary } from '#server/contracts/simulations.ts'

/** What was tried, in a line. */
export function titleOf({ changes, request }: Pick<SimulationSummary, 'changes' | 'request'>): string {
  const parts = changes.map(({ subject, from, to }) => `${subject}: ${from} → ${to}`)
  if (request.load)
    parts.push(`${request.load.factor} times the load${request.load.taskType ? ` of ${request.load.taskType}` : ''}`)
  return parts.join('; ') || 'As it is'
}
