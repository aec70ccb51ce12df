import { Inbox } from 'lucide-react'
import { Sparkline } from '../charts/sparkline.tsx'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { formatMs, formatPercent } from '../ui/format.ts'
import { JsonView } from '../ui/json-view.tsx'
import { Meter, ScoreRing, utilizationTone } from '../ui/meter.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatTile } from '../ui/stat-tile.tsx'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { wave } from './wave.ts'

const id = '019a9f3c-7c1e-7d7a-b7b1-5b2f1c9e8a40'
const at = '2026-11-21T12:00:00.120Z'

const rows = [
  { name: 'License detector', health: 'healthy', calls: 412, failures: 0, p95: 84, load: 0.42 },
  { name: 'Summary, fast', health: 'degraded', calls: 1_204, failures: 31, p95: 1_240, load: 0.86 },
  { name: 'Summary, better', health: 'unhealthy', calls: 96, failures: 44, p95: 9_400, load: 1 },
] as const

/** Figures, tables, and what is shown when there is nothing, something failed or is on its way. */
export function StateSpecimens() {
  return (
    <>
      <Card>
        <CardHeader title="Figures" />
        <CardContent className="flex flex-wrap items-center gap-x-10 gap-y-4">
          <ScoreRing score={97} label="Fleet health" />
          <ScoreRing score={74} label="Fleet health" size={64} />
          <ScoreRing score={null} label="Fleet health" size={64} />
          <StatTile label="Throughput" value="42.6" unit="/s" note="last minute">
            <Sparkline values={wave(60, 40, 8)} label="Throughput over the last minute" />
          </StatTile>
          <StatTile label="Failing" value={formatPercent(0.0312)} tone="warn" note="31 of 992 calls" />
          <StatTile label="Waiting" value={undefined} note="oldest: 3 s" />
          <div className="w-40">
            <div className="mb-1 text-muted-foreground text-xs">Workers busy</div>
            <Meter label="Workers busy" value={0.86} tone={utilizationTone(0.86)} valueText="220 of 256" />
          </div>
        </CardContent>
      </Card>
      <Card>
        <CardHeader title="Table" note="rows of 36 px" />
        <TableSpecimen />
        <CardFooter>3 of 3 modules</CardFooter>
      </Card>
      <div className="grid gap-4 md:grid-cols-3">
        <Card>
          <EmptyState icon={Inbox} title="No tasks yet" command="npm run demo">
            Start the example fleet, or submit one yourself.
          </EmptyState>
        </Card>
        <Card>
          <ErrorState title="The tasks could not be loaded" error={new Error('The database cannot be reached.')} />
        </Card>
        <Card>
          <SkeletonRows rows={5} />
        </Card>
      </div>
      <div className="grid gap-4 md:grid-cols-2">
        <Card>
          <CardHeader title="Facts" />
          <CardContent>
            <DefinitionList
              items={[
                { term: 'Id', value: <IdText id={id} /> },
                { term: 'Accepted', value: <RelativeTime at={at} /> },
                { term: 'Ended', value: <Moment at={at} full /> },
                { term: 'Status', value: <StatusBadge of="task" status="succeeded" /> },
              ]}
            />
          </CardContent>
        </Card>
        <Card>
          <CardHeader title="JSON and errors" />
          <CardContent className="grid gap-3">
            <JsonView label="Payload" value={{ package: 'zod', version: '4.6.7', files: ['LICENSE', 'README.md'] }} />
            <ErrorLine error={new Error('The module is needed by report-writer.')} />
          </CardContent>
        </Card>
      </div>
    </>
  )
}

function TableSpecimen() {
  return (
    <Table aria-label="Modules">
      <TableHeader>
        <TableRow>
          <TableHead>Module</TableHead>
          <TableHead>Health</TableHead>
          <TableHead numeric>Calls</TableHead>
          <TableHead numeric>Failures</TableHead>
          <TableHead numeric>p95</TableHead>
          <TableHead>Load</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((row, index) => (
          <TableRow key={row.name} {...(index === 1 ? { 'data-active': true } : {})}>
            <TableCell className="font-medium">{row.name}</TableCell>
            <TableCell>
              <StatusText of="health" status={row.health} />
            </TableCell>
            <TableCell numeric>{row.calls}</TableCell>
            <TableCell numeric>{row.failures}</TableCell>
            <TableCell numeric>{formatMs(row.p95)}</TableCell>
            <TableCell className="min-w-32">
              <Meter label={`Load of ${row.name}`} value={row.load} tone={utilizationTone(row.load)} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
