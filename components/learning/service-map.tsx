'use client'

import Link from 'next/link'
import type { ServicePerformance } from '#server/contracts/learning.ts'
import { cn } from '../ui/cn.ts'
import { formatCompact, formatPercent, plural } from '../ui/format.ts'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

/** Shares of successes, and the shade from there on; what is below the last one has none. */
const shades = [
  { from: 0.99, className: 'bg-chart-1/30' },
  { from: 0.9, className: 'bg-chart-1/20' },
  { from: 0.5, className: 'bg-chart-1/10' },
  { from: 0, className: 'bg-muted' },
] as const

/** Modules down, task types across: the darker, the more succeeds. Every cell says in figures what its shade says. */
export function ServiceMap({ services }: { services: readonly ServicePerformance[] }) {
  const types = [...new Set(services.map(({ taskType }) => taskType))]
  const rows = [...Map.groupBy(services, ({ moduleId }) => moduleId)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return (
    <Table aria-label="Services by task type" className="w-auto">
      <TableHeader>
        <tr>
          <TableHead className="sticky left-0 bg-card">Module</TableHead>
          {types.map(type => (
            <TableHead key={type}>{type}</TableHead>
          ))}
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map(([moduleId, ofModule]) => (
          <TableRow key={moduleId}>
            <th scope="row" className="sticky left-0 whitespace-nowrap bg-card py-1 pr-3 pl-4 text-left font-medium">
              <Link href={`/modules/${moduleId}`} prefetch={false} className="hover:underline">
                {moduleId}
              </Link>
            </th>
            {types.map(type => (
              <MapCell key={type} service={ofModule.find(({ taskType }) => taskType === type)} />
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

function MapCell({ service }: { service: ServicePerformance | undefined }) {
  if (!service) {
    return (
      <TableCell>
        <span className="sr-only">not offered</span>
      </TableCell>
    )
  }
  const { successRate, confidence, outcomes, isEnabled } = service
  const shade = shades.find(({ from }) => (successRate ?? -1) >= from)
  const count = Math.round(outcomes)
  return (
    <TableCell className="p-0.5">
      <div
        className={cn('num grid min-w-24 rounded-sm px-2 py-1', shade?.className)}
        title={`${plural(count, 'outcome')} behind it, older ones counting less`}
      >
        <span className="font-medium">{successRate === null ? 'no history' : formatPercent(successRate)}</span>
        <span className="text-muted-foreground text-xs">
          {isEnabled ? `${formatPercent(confidence)} sure · n ${formatCompact(count)}` : 'disabled'}
        </span>
      </div>
    </TableCell>
  )
}
