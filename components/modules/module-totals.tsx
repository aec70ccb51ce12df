import { Card } from '../ui/card.tsx'
import { formatCount, formatPercent, formatUsd } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { StatTile } from '../ui/stat-tile.tsx'
import { formatCallsPerMinute } from './module-cells.tsx'
import type { FleetTotals } from './module-list.ts'

/** The whole fleet in five figures; keeps its height while loading. */
export function ModuleTotals({ totals }: { totals: FleetTotals | undefined }) {
  const ill = totals ? totals.byHealth.unhealthy + totals.byHealth.degraded : 0
  const share = totals && totals.capacity > 0 ? totals.inFlight / totals.capacity : 0
  return (
    <Card className="mb-4 grid grid-cols-2 gap-x-6 gap-y-3 p-4 md:grid-cols-5">
      <StatTile
        label="Enabled"
        value={totals && formatCount(totals.enabled)}
        unit={totals ? `of ${formatCount(totals.modules)}` : ''}
        note={totals ? `${formatCount(totals.disabled)} disabled` : ' '}
      />
      <StatTile
        label="Not well"
        value={totals && formatCount(ill)}
        tone={totals && ill > 0 ? (totals.byHealth.unhealthy > 0 ? 'bad' : 'warn') : undefined}
        note={
          totals
            ? `${totals.byHealth.unhealthy} unhealthy, ${totals.byHealth.degraded} degraded, ${totals.byHealth.unknown} unknown`
            : ' '
        }
      />
      <StatTile
        label="In flight"
        value={totals && formatCount(totals.inFlight)}
        unit={totals ? `of ${formatCount(totals.capacity)} calls` : ''}
      >
        <Meter
          label="Capacity in use"
          value={totals?.inFlight ?? 0}
          max={Math.max(1, totals?.capacity ?? 1)}
          tone={utilizationTone(share)}
          className="mt-1.5"
        />
      </StatTile>
      <StatTile
        label="Calls in five minutes"
        value={totals && formatCallsPerMinute(totals.callsPerMinute)}
        unit="per min"
        note={totals ? `${formatPercent(totals.calls === 0 ? null : totals.failures / totals.calls)} failed` : ' '}
      />
      <StatTile
        label="Cost"
        value={totals && formatUsd(totals.costPerHourUsd)}
        unit="per hour"
        note="of the enabled ones"
        className="max-md:col-span-2"
      />
    </Card>
  )
}
