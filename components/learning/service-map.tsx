'use client'

import Link from 'next/link'
import type { ServicePerformance } from '#server/contracts/learning.ts'
import { formatCompact, formatPercent, plural } from '../ui/format.ts'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

/** Shares of successes, and how strong the shade is from there on, in per cent. */
const shades = [
  { from: 0.99, strength: 32 },
  { from: 0.9, strength: 22 },
  { from: 0.5, strength: 12 },
  { from: 0, strength: 4 },
] as const

/**
 * Modules down, task types across: the darker, the more succeeds. Every cell says in figures what its shade says. Where services
 * compete comes first.
 */
export function ServiceMap({ services }: { services: readonly ServicePerformance[] }) {
  const competing = Map.groupBy(services, ({ taskType }) => taskType)
  const rivals = (type: string) => competing.get(type)?.length ?? 0
  const types = [...competing.keys()].toSorted((a, b) => rivals(b) - rivals(a))
  const columnOf = (ofModule: readonly ServicePerformance[]) =>
    Math.min(...ofModule.map(({ taskType }) => types.indexOf(taskType)))
  const rows = [...Map.groupBy(services, ({ moduleId }) => moduleId)].toSorted(
    ([a, ofA], [b, ofB]) => columnOf(ofA) - columnOf(ofB) || (a < b ? -1 : 1),
  )
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
  const strength = shades.find(({ from }) => (successRate ?? -1) >= from)?.strength ?? 0
  const count = Math.round(outcomes)
  return (
    <TableCell className="p-0.5">
      <div
        className="num grid min-w-24 whitespace-nowrap rounded-sm px-2 py-1"
        style={{ backgroundColor: `color-mix(in oklab, var(--chart-1) ${strength}%, transparent)` }}
        title={`${plural(count, 'outcome')} behind it, older ones counting less`}
      >
        <span className="font-medium">{successRate === null ? 'no history' : formatPercent(successRate)}</span>
        <span className="text-xs">
          {isEnabled ? `${formatPercent(confidence)} sure · n ${formatCompact(count)}` : 'disabled'}
        </span>
      </div>
    </TableCell>
  )
}
