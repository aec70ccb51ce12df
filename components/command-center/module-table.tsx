'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { memo } from 'react'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { formatCount, formatMs, formatPercent, formatUsd, plural, unknownValue } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { listRowProps } from '../ui/row-props.ts'
import { StatusText } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { sortModules } from './module-order.ts'

const maxRows = 12

/** The modules that matter most now, in one line each. */
export const ModuleTable = memo(function ModuleTable({ modules }: { modules: readonly ModuleSummary[] }) {
  const router = useRouter()
  const shown = sortModules(modules).slice(0, maxRows)
  const { active } = useListKeys({
    count: shown.length,
    onOpen: index => router.push(`/modules/${shown[index]?.id}`),
  })
  const enabled = modules.filter(module => module.enabled).length
  return (
    <Card className="flex h-full flex-col">
      <CardHeader
        title="Modules"
        note={<span className="num">{`${enabled} of ${modules.length} enabled; calls of the last 5 min`}</span>}
      />
      <Table
        aria-label="Modules"
        className="[&_:is(td,th)]:px-2 [&_:is(td,th):first-child]:pl-4 [&_:is(td,th):last-child]:pr-4"
      >
        <TableHeader>
          <tr>
            <TableHead>Module</TableHead>
            <TableHead>Health</TableHead>
            <TableHead>Breaker</TableHead>
            <TableHead>In flight</TableHead>
            <TableHead numeric>Calls/min</TableHead>
            <TableHead numeric>Failing</TableHead>
            <TableHead numeric>p50</TableHead>
            <TableHead numeric>p95</TableHead>
            <TableHead numeric>Cost/h</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {shown.map((module, index) => (
            <Row key={module.id} module={module} row={index} isActive={index === active} />
          ))}
        </TableBody>
      </Table>
      {modules.length > maxRows ? (
        <CardFooter className="mt-auto">
          <Link href="/modules" className="text-primary-text hover:underline">
            All {plural(modules.length, 'module')}
          </Link>
        </CardFooter>
      ) : null}
    </Card>
  )
})

function Row({ module, row, isActive }: { module: ModuleSummary; row: number; isActive: boolean }) {
  const { recent, inFlight, capacity } = module
  const load = capacity > 0 ? inFlight / capacity : 0
  const failing = recent.calls === 0 ? null : recent.failures / recent.calls
  return (
    <TableRow {...listRowProps(row, isActive)}>
      <TableCell className="max-w-44 whitespace-nowrap">
        <Link
          href={`/modules/${module.id}`}
          prefetch={false}
          className="-my-1 block truncate py-1 font-medium hover:underline"
        >
          {module.name}
        </Link>
      </TableCell>
      <TableCell>
        {module.enabled ? (
          <StatusText of="health" status={module.health} />
        ) : (
          <StatusText of="enablement" status="disabled" />
        )}
      </TableCell>
      <TableCell>
        <StatusText of="breaker" status={module.breaker} />
      </TableCell>
      <TableCell className="min-w-24">
        <div className="num flex items-center gap-2 text-xs">
          <Meter
            label={`Capacity of ${module.name} in use`}
            value={inFlight}
            max={capacity}
            valueText={`${inFlight} of ${capacity}`}
            tone={utilizationTone(load)}
            className="min-w-10 flex-1"
          />
          <span className="w-13 shrink-0 text-right text-muted-foreground">
            {inFlight}/{capacity}
          </span>
        </div>
      </TableCell>
      <TableCell numeric>{formatCount(Math.round(recent.callsPerMinute))}</TableCell>
      <TableCell numeric className={failing !== null && failing >= 0.05 ? 'font-medium text-bad-text' : undefined}>
        {failing === null ? unknownValue : formatPercent(failing)}
      </TableCell>
      <TableCell numeric>{formatMs(recent.p50Ms)}</TableCell>
      <TableCell numeric>{formatMs(recent.p95Ms)}</TableCell>
      <TableCell numeric>{formatUsd(module.costPerHourUsd)}</TableCell>
    </TableRow>
  )
}
