'use client'

import { useState } from 'react'
import type { GroupEffects } from '#server/contracts/simulations.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { formatCount } from '../ui/format.ts'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { EffectCells, EffectHeads } from './effect-cells.tsx'

const kinds = [
  { value: 'type', label: 'Types' },
  { value: 'priority', label: 'Priorities' },
  { value: 'module', label: 'Modules' },
] as const

const told = [
  { value: 'latency_mean', label: 'Time' },
  { value: 'cost_usd_per_hour', label: 'Cost' },
] as const
type Told = (typeof told)[number]['value']

const toldNotes: Readonly<Record<Told, string>> = {
  latency_mean: 'Mean time from accepted to done.',
  cost_usd_per_hour: 'What all calls of its tasks cost per hour.',
}

/** Who gains and who loses: by how long their tasks take from acceptance to the end or, where calls cost something, by money. */
export function GroupsCard({ groups }: { groups: readonly GroupEffects[] }) {
  const [kind, setKind] = useState<GroupEffects['kind']>('type')
  const [chosen, setChosen] = useState<Told>('latency_mean')
  const shown = groups.filter(group => group.kind === kind)
  const isPriced = groups.some(({ effects }) => effects.some(effect => effect.measure === 'cost_usd_per_hour'))
  const measure = isPriced ? chosen : 'latency_mean'
  return (
    <Card aria-labelledby="groups">
      <CardHeader
        id="groups"
        title="Who gains, who loses"
        className="flex-wrap"
        note={toldNotes[measure]}
        actions={
          <span className="flex flex-wrap gap-2">
            {isPriced ? (
              <SegmentedControl label="Measure" value={measure} onValueChange={setChosen} options={told} />
            ) : null}
            <SegmentedControl label="Group by" value={kind} onValueChange={setKind} options={kinds} />
          </span>
        }
      />
      <CardContent className="p-0">
        <ScrollArea label="Gains and losses">
          <Table aria-label="Gains and losses" className="sm:min-w-200">
            <TableHeader>
              <TableRow>
                <TableHead>{kinds.find(({ value }) => value === kind)?.label}</TableHead>
                <TableHead numeric className="max-sm:hidden">
                  Tasks
                </TableHead>
                <EffectHeads />
              </TableRow>
            </TableHeader>
            <TableBody>
              {shown.map(group => (
                <GroupRow key={group.name} group={group} measure={measure} />
              ))}
            </TableBody>
          </Table>
        </ScrollArea>
      </CardContent>
    </Card>
  )
}

function GroupRow({ group, measure }: { group: GroupEffects; measure: Told }) {
  const { name, kind, tasksBefore, tasksAfter, effects } = group
  const effect = effects.find(each => each.measure === measure)
  if (!effect) return null
  const moved = kind === 'module' && Math.round(tasksBefore) !== Math.round(tasksAfter)
  return (
    <TableRow>
      <TableCell className={kind === 'priority' ? 'capitalize' : 'font-mono max-sm:text-xs'}>{name}</TableCell>
      <TableCell numeric className="max-sm:hidden">
        {formatCount(Math.round(tasksBefore))}
        {moved ? ` → ${formatCount(Math.round(tasksAfter))}` : null}
      </TableCell>
      <EffectCells effect={effect} />
    </TableRow>
  )
}
