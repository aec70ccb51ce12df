import type { HealthAxis, InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { formatScore } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

const names: Record<HealthAxis['axis'], { name: string; meaning: string }> = {
  administrative: { name: 'Administrative', meaning: 'Whether people let it work. Disabled is not unhealthy.' },
  liveness: { name: 'Liveness', meaning: 'Checks and signs of life.' },
  heartbeat: { name: 'Heartbeat', meaning: 'Signs of life that it sends by itself, one every 15 s.' },
  saturation: { name: 'Saturation', meaning: 'How busy it is. Busy is not dead, and never lowers the score.' },
  correctness: { name: 'Correctness', meaning: 'How its real calls end.' },
  breaker: { name: 'Breaker', meaning: 'Whether calls are let through from here.' },
}

/** The sides of health of each instance, kept apart, each with what it stands on and how old that is. */
export function HealthAxesCard({ module: { instances } }: { module: ModuleView }) {
  if (instances.length === 0) return null
  return (
    <Card>
      <CardHeader title="Health, taken apart" note="score = liveness × correctness" />
      <CardContent className="p-0">
        <Table aria-label="Health, taken apart">
          <TableHeader>
            <tr>
              <TableHead>Side</TableHead>
              <TableHead>Is</TableHead>
              <TableHead>Evidence</TableHead>
              <TableHead className="max-md:hidden">Age</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {instances.map(instance => (
              <InstanceAxes key={instance.id} instance={instance} hasHead={instances.length > 1} />
            ))}
          </TableBody>
        </Table>
      </CardContent>
    </Card>
  )
}

/** A newer server may tell of sides that this page does not know yet. */
function AxisName({ axis }: Pick<HealthAxis, 'axis'>) {
  const known = (names as Record<string, { name: string; meaning: string } | undefined>)[axis]
  return <span title={known?.meaning}>{known?.name ?? axis}</span>
}

/** How old the evidence is; what is read at once has no moment of its own. */
function Age({ at }: Pick<HealthAxis, 'at'>) {
  return at === null ? 'now' : <RelativeTime at={at} />
}

function InstanceAxes({ instance, hasHead }: { instance: InstanceView; hasHead: boolean }) {
  const { endpoint, healthScore, axes } = instance
  return (
    <>
      {hasHead ? (
        <TableRow className="h-8 bg-muted/50">
          <TableCell colSpan={4} className="py-1 text-xs">
            <span className="font-mono">{endpoint}</span>
            <span className="num ml-2 text-faint-foreground">score {formatScore(healthScore)}</span>
          </TableCell>
        </TableRow>
      ) : null}
      {axes.map(({ axis, standing, evidence, at }) => (
        <TableRow key={axis}>
          <TableCell className="whitespace-nowrap text-muted-foreground">
            <AxisName axis={axis} />
          </TableCell>
          <TableCell className="num whitespace-nowrap font-medium">{standing.replaceAll('_', '-')}</TableCell>
          <TableCell className="text-muted-foreground md:min-w-40">
            {evidence}
            <span className="text-faint-foreground text-xs md:hidden">
              {' '}
              <Age at={at} />
            </span>
          </TableCell>
          <TableCell className="whitespace-nowrap text-faint-foreground text-xs max-md:hidden">
            <Age at={at} />
          </TableCell>
        </TableRow>
      ))}
    </>
  )
}
