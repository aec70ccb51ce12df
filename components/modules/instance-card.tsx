'use client'

import { Plus, Server } from 'lucide-react'
import { useState } from 'react'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatPercent } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { Table, TableBody, TableHead, TableHeader } from '../ui/table.tsx'
import { type InstanceAct, InstanceRow } from './instance-row.tsx'
import { strategyLooks } from './strategies.ts'

const AddInstanceDialog = onDemand(() => import('./add-instance-dialog.tsx').then(module => module.AddInstanceDialog))
const EditInstanceDialog = onDemand(() =>
  import('./edit-instance-dialog.tsx').then(module => module.EditInstanceDialog),
)
const TakeOutDialog = onDemand(() => import('./take-out-dialog.tsx').then(module => module.TakeOutDialog))
const RemoveInstanceDialog = onDemand(() =>
  import('./remove-instance-dialog.tsx').then(module => module.RemoveInstanceDialog),
)

/** Where the module runs, how each place is, and how evenly its calls are spread. */
export function InstanceCard({ module }: { module: ModuleView }) {
  const refusal = useRefusal('operator')
  const [adding, setAdding] = useState(false)
  const [acting, setActing] = useState<{ act: InstanceAct; instance: InstanceView } | null>(null)
  const { instances, strategy, fairness } = module
  const target = acting && { module, instance: acting.instance, onClose: () => setActing(null) }
  return (
    <Card>
      <CardHeader
        title="Instances"
        note={<span className="num">{instances.length}</span>}
        actions={
          <ActionButton size="sm" reason={refusal} onClick={() => setAdding(true)}>
            <Plus aria-hidden />
            Add
          </ActionButton>
        }
      />
      <CardContent className="p-0">
        {instances.length === 0 ? (
          <EmptyState icon={Server} title="It runs nowhere yet">
            Its tasks wait until an instance is added.
          </EmptyState>
        ) : (
          <Table aria-label="Instances">
            <TableHeader>
              <tr>
                <TableHead>Endpoint</TableHead>
                <TableHead className="max-md:hidden">Health</TableHead>
                <TableHead className="max-md:hidden">Breaker</TableHead>
                <TableHead className="max-md:hidden">In flight</TableHead>
                <TableHead numeric className="max-md:hidden">
                  Share
                </TableHead>
                <TableHead numeric className="max-md:hidden">
                  Calls
                </TableHead>
                <TableHead numeric>Latency</TableHead>
                <TableHead>
                  <span className="sr-only">Actions</span>
                </TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {instances.map(instance => (
                <InstanceRow
                  key={instance.id}
                  module={module}
                  instance={instance}
                  refusal={refusal}
                  onAct={act => setActing({ act, instance })}
                />
              ))}
            </TableBody>
          </Table>
        )}
      </CardContent>
      {instances.length > 1 ? (
        <CardFooter className="num">
          <span title="Jain's index of recent calls over what each instance is due; 100 % is even.">
            {strategyLooks[strategy].label} · fairness {formatPercent(fairness)}
          </span>
          <span className="ml-auto">share and fairness of recent calls on this replica</span>
        </CardFooter>
      ) : null}
      {adding ? <AddInstanceDialog module={module} onClose={() => setAdding(false)} /> : null}
      {target && acting.act === 'edit' ? <EditInstanceDialog {...target} /> : null}
      {target && acting.act === 'take out' ? <TakeOutDialog {...target} /> : null}
      {target && acting.act === 'remove' ? <RemoveInstanceDialog {...target} /> : null}
    </Card>
  )
}
