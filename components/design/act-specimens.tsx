'use client'

import { useState } from 'react'
import type { AlertView } from '#server/contracts/alerts.ts'
import type { ImpactPreview, TypeImpact } from '#server/contracts/impact.ts'
import { AlertRow } from '../alerts/alert-row.tsx'
import { ImpactFindings } from '../impact/impact-panel.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { statusLook } from '../ui/status.ts'
import type { TimeRange } from '../ui/time-range.ts'
import { TimeRangeField } from '../ui/time-range-field.tsx'

const at = '2026-11-21T12:00:00.000Z'

const quiet: TypeImpact = {
  type: 'text.summarize',
  outcome: 'taken_over',
  queued: 12,
  running: 2,
  pinned: 3,
  callsPerSecond: 4.2,
  neededSlots: 2.1,
  takenBy: [{ moduleId: 'summarizer-deep', freeSlots: 3, callsPerSecond: 4.2 }],
}

const impact: ImpactPreview = {
  at,
  dependants: { direct: ['report-writer'], indirect: [] },
  modules: [{ moduleId: 'summarizer-fast', slotsBefore: 16, slotsAfter: 0, running: 2 }],
  types: [
    { ...quiet, type: 'text.headline', outcome: 'waits', queued: 5, running: 0, pinned: 0, takenBy: [] },
    { ...quiet, type: 'text.translate', outcome: 'short', neededSlots: 8.4 },
    quiet,
  ],
  moreTypes: 0,
  totals: { queued: 29, running: 2, waits: 1, held: 0, short: 1, taken_over: 1, fits: 0 },
  formula: 'Slots needed = calls per second × mean seconds of a call.',
}

const alert: AlertView = {
  id: 'a1',
  rule: 'breaker-open',
  ruleName: 'Breaker open',
  subject: 'breaker:summarizer-fast/1',
  moduleId: 'summarizer-fast',
  severity: 'critical',
  state: 'open',
  href: '/breakers',
  title: 'The breaker of Summarizer, fast is open',
  detail: '5 failures in a row; the last one: the call took more than 30 s',
  evidence: {},
  raisedAt: at,
  since: at,
  acknowledgedAt: null,
  acknowledgedBy: null,
  note: null,
  silencedBy: null,
  resolvedAt: null,
}
const alerts: AlertView[] = [
  alert,
  {
    ...alert,
    id: 'a2',
    severity: 'warning',
    state: 'acknowledged',
    acknowledgedBy: 'Ann',
    title: 'Work waits for 40 s',
  },
  { ...alert, id: 'a3', severity: 'info', state: 'resolved', resolvedAt: at, title: 'Calls took unusually long' },
]

/** What operators act on and with: filters, alerts, what an act would touch, and the question before it. */
export function ActSpecimens() {
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Card>
        <CardHeader title="Filters" note="all of them in the URL" />
        <CardContent className="grid gap-3">
          <FilterSpecimens />
        </CardContent>
      </Card>
      <div className="grid gap-4 lg:grid-cols-2">
        <Card>
          <CardHeader title="Alerts" />
          <CardContent className="p-0">
            <ul className="divide-y">
              {alerts.map((each, index) => (
                <AlertRow key={each.id} alert={each} index={index} isActive={index === 1} onOpen={() => {}} />
              ))}
            </ul>
          </CardContent>
        </Card>
        <Card>
          <CardHeader
            title="Before an act"
            actions={
              <Button size="sm" variant="destructive" onClick={() => setAsking(true)}>
                Hold open
              </Button>
            }
          />
          <CardContent>
            <ImpactFindings impact={impact} act="force_open" />
          </CardContent>
        </Card>
      </div>
      {isAsking ? (
        <ReasonDialog
          title="Hold Summarizer, fast open"
          description="No call goes to this instance while it is held open."
          placeholder="Provider outage, ticket 4711"
          act="Hold open"
          variant="destructive"
          phrase="summarizer-fast"
          pending={false}
          error={null}
          onAct={() => setAsking(false)}
          onClose={() => setAsking(false)}
          effect={<ImpactFindings impact={impact} act="force_open" />}
        />
      ) : null}
    </>
  )
}

function FilterSpecimens() {
  const [time, setTime] = useState<TimeRange>({ range: '1h', from: null, to: null })
  const [chosen, setChosen] = useState<string | null>('failed')
  return (
    <>
      <TimeRangeField
        label="When the tasks were accepted"
        value={time}
        onChange={change => setTime({ ...time, ...change })}
      />
      <FilterChips
        label="Status"
        chips={(['ready', 'running', 'failed'] as const).map((status, index) => ({
          key: status,
          label: statusLook('task', status).label,
          meaning: statusLook('task', status).meaning,
          count: 7 * index,
          chosen: chosen === status,
          onToggle: () => setChosen(chosen === status ? null : status),
        }))}
      />
    </>
  )
}
