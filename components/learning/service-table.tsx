'use client'

import Link from 'next/link'
import type { ServicePerformance, TrendVerdict } from '#server/contracts/learning.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { Badge } from '../ui/badge.tsx'
import { cn } from '../ui/cn.ts'
import { formatCompact, formatMs, formatPercent, formatUsd, unknownValue } from '../ui/format.ts'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { goalWords, trendWords } from './words.ts'

/** Of columns that phones have no room for. */
const wide = 'max-md:hidden'

/** Every service of every type, the best of each type first. */
export function ServiceTable({ services }: { services: readonly ServicePerformance[] }) {
  return (
    <Table aria-label="What is known of each service">
      <TableHeader>
        <tr>
          <TableHead className={wide}>Type</TableHead>
          <TableHead>Module</TableHead>
          <TableHead numeric className={wide}>
            Score
          </TableHead>
          <TableHead numeric>Succeeded</TableHead>
          <TableHead numeric className={wide}>
            Expected
          </TableHead>
          <TableHead numeric className={wide}>
            Confidence
          </TableHead>
          <TableHead numeric className={wide}>
            Evidence
          </TableHead>
          <TableHead numeric>Mean time</TableHead>
          <TableHead numeric className={wide}>
            Cost of a call
          </TableHead>
          <TableHead className={wide}>Success over time</TableHead>
          <TableHead className={wide}>Speed over time</TableHead>
          <TableHead className={wide}>Errors</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {services.map((service, index) => (
          <ServiceRow
            key={`${service.taskType} ${service.moduleId}`}
            service={service}
            isFirst={services[index - 1]?.taskType !== service.taskType}
          />
        ))}
      </TableBody>
    </Table>
  )
}

function ServiceRow({ service, isFirst }: { service: ServicePerformance; isFirst: boolean }) {
  const { taskType, moduleId, score, isEnabled, isPinned, goal, errors, trend } = service
  return (
    <TableRow>
      <TableCell className={cn(wide, 'whitespace-nowrap')}>
        <span className={isFirst ? undefined : 'text-faint-foreground'}>{taskType}</span>
        {isFirst && goal !== 'balanced' ? (
          <div className="text-muted-foreground text-xs">goal: {goalWords[goal]}</div>
        ) : null}
      </TableCell>
      <TableCell className="max-md:w-full max-md:max-w-0 md:whitespace-nowrap">
        <Link href={`/modules/${moduleId}`} prefetch={false} className="hover:underline">
          {moduleId}
        </Link>
        {isPinned ? <Badge className="ml-1.5">pinned</Badge> : null}
        {isEnabled ? null : <Badge className="ml-1.5">not enabled</Badge>}
        <NarrowFacts service={service} />
      </TableCell>
      <TableCell numeric className={wide}>
        {score === null ? unknownValue : score.toFixed(3)}
      </TableCell>
      <TableCell numeric>{formatPercent(service.successRate)}</TableCell>
      <TableCell numeric className={wide}>
        {formatPercent(service.expectedSuccess)}
      </TableCell>
      <TableCell numeric className={wide}>
        {formatPercent(service.confidence)}
      </TableCell>
      <TableCell numeric className={wide}>
        {formatCompact(Math.round(service.outcomes))}
      </TableCell>
      <TableCell numeric>{formatMs(service.meanMs)}</TableCell>
      <TableCell numeric className={wide}>
        {formatUsd(service.meanCostUsd)}
      </TableCell>
      <TableCell className={wide}>
        <TrendCell
          label={`Success of ${moduleId} for ${taskType}`}
          verdict={service.successTrend}
          values={trend.map(({ calls, failures }) => (calls === 0 ? null : 1 - failures / calls))}
          max={1}
        />
      </TableCell>
      <TableCell className={wide}>
        <TrendCell
          label={`Mean time of ${moduleId} for ${taskType}`}
          verdict={service.speedTrend}
          values={trend.map(({ meanMs }) => meanMs)}
        />
      </TableCell>
      <TableCell className={cn(wide, 'num whitespace-nowrap text-muted-foreground text-xs')}>
        {errors.length === 0
          ? 'none'
          : errors
              .slice(0, 2)
              .map(({ code, share }) => `${code} ${formatPercent(share)}`)
              .join(', ')}
      </TableCell>
    </TableRow>
  )
}

/** What phones show of a service in place of columns. */
function NarrowFacts({ service }: { service: ServicePerformance }) {
  const { taskType, goal, score, confidence, outcomes, errors } = service
  const [error] = errors
  return (
    <div className="num text-muted-foreground text-xs md:hidden">
      <span className="block truncate" title={taskType}>
        {taskType}
        {goal === 'balanced' ? '' : `, goal: ${goalWords[goal]}`}
      </span>
      {score === null ? '' : `score ${score.toFixed(3)}, `}
      {formatPercent(confidence)} confidence from {formatCompact(Math.round(outcomes))}
      {error ? <code className="block truncate">{error.code}</code> : null}
    </div>
  )
}

interface TrendCellProps {
  label: string
  verdict: TrendVerdict
  values: readonly (number | null)[]
  max?: number
}

function TrendCell({ label, verdict, values, max }: TrendCellProps) {
  if (values.length === 0) return <span className="text-faint-foreground text-xs">no calls</span>
  return (
    <span className="flex items-center gap-2 whitespace-nowrap">
      <Sparkline
        values={values}
        label={`${label}: ${trendWords[verdict]}`}
        width={48}
        {...(max !== undefined && { max })}
      />
      <span className={verdict === 'worse' ? 'text-warn-text text-xs' : 'text-muted-foreground text-xs'}>
        {trendWords[verdict]}
      </span>
    </span>
  )
}
