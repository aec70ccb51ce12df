'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { AlertRuleView } from '#server/contracts/alerts.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'
import { levelWords } from './rule-words.ts'

const EditRuleDialog = onDemand(() => import('./edit-rule-dialog.tsx').then(module => module.EditRuleDialog))

/** Every rule with its levels; operators edit them. */
export function RulesPanel() {
  const trpc = useTRPC()
  const refusal = useRefusal('operator')
  const [editing, setEditing] = useState<AlertRuleView | null>(null)
  const { data, error, refetch } = useQuery(trpc.alerts.rules.queryOptions())
  return (
    <Card>
      {data ? (
        <ul aria-label="Alert rules" className="divide-y">
          {data.items.map(rule => (
            <RuleRow key={rule.id} rule={rule} refusal={refusal} onEdit={() => setEditing(rule)} />
          ))}
        </ul>
      ) : error ? (
        <ErrorState title="The rules could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={10} />
      )}
      {editing ? <EditRuleDialog rule={editing} onClose={() => setEditing(null)} /> : null}
    </Card>
  )
}

function RuleRow({ rule, refusal, onEdit }: { rule: AlertRuleView; refusal: string | null; onEdit: () => void }) {
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-2.5 lg:grid-cols-[minmax(0,1fr)_minmax(0,24rem)_auto]">
      <div className={cn('min-w-0', !rule.enabled && 'text-muted-foreground')}>
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {rule.name}
          {rule.enabled ? null : <Badge>off</Badge>}
          {rule.isDefault ? null : <Badge>edited</Badge>}
        </p>
        <p className="text-pretty text-muted-foreground text-xs">{rule.meaning}</p>
        {rule.updatedAt ? (
          <p className="text-faint-foreground text-xs">
            changed by {rule.updatedBy}, <RelativeTime at={rule.updatedAt} />
          </p>
        ) : null}
      </div>
      <ul className="num grid content-start gap-0.5 text-xs">
        {rule.levels.map((level, index) => (
          <li key={rule.levelNames[index]} className="flex items-start gap-x-2">
            <StatusText of="severity" status={level.severity} />
            <span>
              {rule.levelNames[index]}: {levelWords(rule, level)}
            </span>
          </li>
        ))}
        {rule.objectivePercent === null ? null : <li>Objective: {rule.objectivePercent} % of tasks succeed</li>}
      </ul>
      <ActionButton
        size="sm"
        reason={refusal}
        onClick={onEdit}
        aria-label={`Edit ${rule.name}`}
        className="justify-self-start"
      >
        Edit
      </ActionButton>
    </li>
  )
}
