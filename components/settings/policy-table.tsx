'use client'

import { Plus, Trash2 } from 'lucide-react'
import { useId, useRef } from 'react'
import { useRefusal } from '../data/viewer.tsx'
import { aliasOf } from '../tasks/task-words.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { Input } from '../ui/input.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { type PolicyMap, type PolicyRow, problemOf, type RowProblem } from './policy-edit.ts'

export interface PolicyTableProps {
  map: PolicyMap
  rows: readonly PolicyRow[]
  onChange: (rows: PolicyRow[]) => void
}

const words = {
  priorities: { title: 'Priority by type', column: 'Priority', note: '1 is the most urgent, 10 the least' },
  multipliers: { title: 'Score multiplier by type', column: 'Multiplier', note: '0.1 to 10' },
  typeLimits: { title: 'Calls at once, by type', column: 'Calls at most', note: 'over all replicas' },
  moduleLimits: { title: 'Calls at once, by module', column: 'Calls at most', note: 'over all replicas' },
  typeCaps: { title: 'Tasks in the queue, by type', column: 'Tasks at most', note: 'waiting and running' },
} as const

/** What a new row of each map begins with. */
const firstValues = {
  priorities: '5',
  multipliers: '1',
  typeLimits: '10',
  moduleLimits: '10',
  typeCaps: '1000',
} as const

/** One map of the policy, to edit row by row. */
export function PolicyTable({ map, rows, onChange }: PolicyTableProps) {
  const refusal = useRefusal('operator')
  const added = useRef(0)
  const change = (key: string, part: Partial<PolicyRow>) =>
    onChange(rows.map(row => (row.key === key ? { ...row, ...part } : row)))
  const add = () => {
    added.current += 1
    onChange([...rows, { key: `new ${map} ${added.current}`, type: '', value: firstValues[map] }])
  }
  const { title, column, note } = words[map]
  return (
    <Card>
      <CardHeader
        title={title}
        note={note}
        actions={
          <ActionButton size="sm" reason={refusal} onClick={add}>
            <Plus aria-hidden />
            Add
          </ActionButton>
        }
      />
      <CardContent className="p-0">
        <Table aria-label={title}>
          <TableHeader>
            <tr>
              <TableHead>{map === 'moduleLimits' ? 'Module' : 'Type'}</TableHead>
              <TableHead className="w-44">{column}</TableHead>
              <TableHead className="w-10">
                <span className="sr-only">Actions</span>
              </TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {rows.map(row => (
              <PolicyTableRow
                key={row.key}
                map={map}
                row={row}
                problem={problemOf(map, rows, row)}
                refusal={refusal}
                onChange={part => change(row.key, part)}
                onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
              />
            ))}
            {rows.length === 0 ? (
              <TableRow>
                <TableCell colSpan={3} className="text-muted-foreground">
                  {map === 'moduleLimits' ? 'No module has one of its own.' : 'No type has one of its own.'}
                </TableCell>
              </TableRow>
            ) : null}
          </TableBody>
        </Table>
      </CardContent>
    </Card>
  )
}

interface PolicyTableRowProps {
  map: PolicyMap
  row: PolicyRow
  problem: RowProblem | null
  refusal: string | null
  onChange: (part: Partial<PolicyRow>) => void
  onRemove: () => void
}

function PolicyTableRow({ map, row, problem, refusal, onChange, onRemove }: PolicyTableRowProps) {
  const note = useId()
  const isNew = row.key.startsWith('new ')
  // A row that was just added is not wrong yet, only unfinished.
  const shown = problem && !(isNew && row.type === '') ? problem : null
  const fieldOf = (name: RowProblem['field']) => ({
    'aria-describedby': shown?.field === name ? note : undefined,
    'aria-invalid': shown?.field === name ? (true as const) : undefined,
  })
  return (
    <TableRow>
      <TableCell>
        {isNew ? (
          <Input
            {...fieldOf('type')}
            autoFocus
            aria-label={map === 'moduleLimits' ? 'Module' : 'Type'}
            value={row.type}
            placeholder={map === 'moduleLimits' ? 'module-id' : 'task.type'}
            className="font-mono"
            onChange={event => onChange({ type: event.target.value })}
          />
        ) : (
          <span className="font-mono text-xs">{row.type}</span>
        )}
        {shown ? (
          <p id={note} role="alert" className="mt-1 text-bad-text text-xs">
            {shown.words}
          </p>
        ) : null}
      </TableCell>
      <TableCell className="whitespace-nowrap">
        {refusal ? (
          <span className="num">{row.value}</span>
        ) : (
          <Input
            {...fieldOf('value')}
            aria-label={`${words[map].column} of ${row.type || 'the new row'}`}
            value={row.value}
            inputMode="decimal"
            className="num w-18"
            onChange={event => onChange({ value: event.target.value })}
          />
        )}
        {map === 'priorities' ? (
          <span className="ml-2 text-faint-foreground text-xs">{aliasOf(Number(row.value))}</span>
        ) : null}
      </TableCell>
      <TableCell>
        <ActionButton
          size="icon-sm"
          variant="ghost"
          reason={refusal}
          aria-label={`Remove ${row.type || 'the row'}`}
          onClick={onRemove}
        >
          <Trash2 aria-hidden />
        </ActionButton>
      </TableCell>
    </TableRow>
  )
}
