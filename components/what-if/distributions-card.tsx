'use client'

import type { SimulationResult } from '#server/contracts/simulations.ts'
import { DistributionChart } from '../charts/time-charts.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'

const sides = [
  { key: 'recorded', name: 'Recorded', series: 3 },
  { key: 'before', name: 'Simulated as it is', series: 1 },
  { key: 'after', name: 'With the change', series: 2 },
] as const

const titles = { wait: 'Wait for the first call', latency: 'Accepted to done' } as const

/** How the times of tasks are distributed, in a card of its own. */
export function DistributionsCard({ distributions }: Pick<SimulationResult, 'distributions'>) {
  return (
    <Card aria-labelledby="distributions">
      <CardHeader
        id="distributions"
        title="Tasks by how long they took"
        note="All on one scale; bins grow to the right."
      />
      <CardContent>
        <Distributions distributions={distributions} />
      </CardContent>
    </Card>
  )
}

/** Small multiples on one scale: recorded, simulated, and with the change. */
export function Distributions({ distributions }: Pick<SimulationResult, 'distributions'>) {
  return (
    <div className="grid gap-5">
      {distributions.map(({ measure, boundsMs, ...counts }) => {
        const max = Math.max(1, ...sides.flatMap(({ key }) => counts[key]))
        return (
          <section key={measure} className="grid gap-2">
            <h3 className="font-medium text-sm">{titles[measure]}</h3>
            <div className="grid gap-4 md:grid-cols-3">
              {sides.map(({ key, name, series }) => (
                <figure key={key} className="min-w-0">
                  <figcaption className="mb-1 text-muted-foreground text-xs">{name}</figcaption>
                  <DistributionChart
                    label={`${titles[measure]}, ${name}`}
                    boundsMs={boundsMs}
                    counts={counts[key]}
                    max={max}
                    series={series}
                  />
                </figure>
              ))}
            </div>
          </section>
        )
      })}
    </div>
  )
}
