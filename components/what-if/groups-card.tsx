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

/** Who gains and who loses, by how long their tasks take from acceptance to the end. */
export function GroupsCard({ groups }: { groups: readonly GroupEffects[] }) {
  const [kind, setKind] = useState<GroupEffects['kind']>('type')
  const shown = groups.filter(group => group.kind === kind)
  return (
    <Card aria-labelledby="groups">
      <CardHeader
        id="groups"
        title="Who gains, who loses"
        note="Mean time from accepted to done."
        actions={<SegmentedControl label="Group by" value={kind} onValueChange={setKind} options={kinds} />}
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
                <GroupRow key={group.name} group={group} />
              ))}
            </TableBody>
          </Table>
        </ScrollArea>
      </CardContent>
    </Card>
  )
}

function GroupRow({ group: { name, kind, tasksBefore, tasksAfter, effects } }: { group: GroupEffects }) {
  const effect = effects.find(({ measure }) => measure === 'latency_mean')
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
