import type { SimulationResult } from '#server/contracts/simulations.ts'
import { Badge } from '../ui/badge.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { formatCount, formatPercent } from '../ui/format.ts'
import { formatMeasure, measureWords, verdictLooks } from './words.ts'

/** How far the simulation can be trusted, by how well it gives back what was recorded. */
export function FidelityCard({ result }: { result: SimulationResult }) {
  const { fidelity, tasks, seeds, sampledMinutes, windowMinutes, beyondLoadShare, assumedShare } = result
  const { label, tone, meaning } = verdictLooks[fidelity.verdict]
  const notes = [
    `${formatCount(tasks)} recorded tasks, ${seeds} runs of each side.`,
    ...(sampledMinutes < windowMinutes
      ? [
          `There were more: ${formatCount(Math.round(sampledMinutes))} of ${formatCount(Math.round(windowMinutes))} minutes were replayed.`,
        ]
      : []),
    ...(beyondLoadShare > 0.01
      ? [
          `${formatPercent(beyondLoadShare)} of calls met more load than was ever recorded; how slow they would be is not known.`,
        ]
      : []),
    ...(assumedShare > 0.01
      ? [
          `${formatPercent(assumedShare)} of calls went to a module that had never run their type; another module stands in for it.`,
        ]
      : []),
  ]
  return (
    <Card aria-labelledby="fidelity">
      <CardHeader
        id="fidelity"
        title="How far this can be trusted"
        actions={
          <Badge tone={tone}>
            {label} · {formatPercent(fidelity.score)}
          </Badge>
        }
      />
      <CardContent className="grid gap-3">
        <p className="text-sm">{meaning}</p>
        <p className="text-muted-foreground text-xs">{notes.join(' ')}</p>
        <dl className="grid gap-x-6 gap-y-1 text-xs sm:grid-cols-2">
          {fidelity.terms.map(({ measure, recorded, simulated }) => (
            <div key={measure} className="flex justify-between gap-3 border-border border-b py-1">
              <dt className="text-muted-foreground">{measureWords[measure]}</dt>
              <dd className="num">
                {formatMeasure(measure, recorded)} recorded, {formatMeasure(measure, simulated)} simulated
              </dd>
            </div>
          ))}
        </dl>
      </CardContent>
    </Card>
  )
}
