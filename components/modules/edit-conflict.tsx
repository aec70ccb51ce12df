import { TriangleAlert } from 'lucide-react'
import type { UpdateModule } from '#server/contracts/modules.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { DialogBody, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { type ConfigEdit, type ConfigField, type ConflictLine, compareEdits, type ModuleConfig } from './config-edit.ts'

/** An edit that was refused because another one came first. */
export interface MetEdit {
  /** What was sent: the changed fields. */
  edit: Pick<UpdateModule, 'id' | 'configVersion'> & ConfigEdit
  /** The version there is now, and its configuration. */
  version: number
  present: Readonly<Record<string, unknown>>
}

export interface EditConflictProps {
  base: ModuleConfig
  met: MetEdit
  pending: boolean
  error: unknown
  /** Saves the own changes on top of the present version. */
  onOverwrite: () => void
  onDrop: () => void
}

const names: Record<ConfigField, string> = {
  name: 'Name',
  category: 'Category',
  version: 'Version',
  owner: 'Owner',
  description: 'Description',
  capabilities: 'Capabilities',
  dependsOn: 'Needs',
  costPerHourUsd: 'Cost per hour',
  resources: 'Resources of a call',
  strategy: 'Strategy',
  preference: 'Preference',
  breaker: 'Breaker',
  retry: 'Retry',
}

/** Both edits side by side, and the choice between them. */
export function EditConflict({ base, met, pending, error, onOverwrite, onDrop }: EditConflictProps) {
  const lines = compareEdits(base, met.present, met.edit)
  const contested = lines.filter(line => line.changedBy === 'both').length
  return (
    <>
      <DialogBody>
        <p
          role="alert"
          className="mb-3 flex gap-2 rounded-md border border-warn-line bg-warn-soft px-2.5 py-2 text-warn-text"
        >
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          Somebody saved version {met.version} while you were editing. Nothing of yours is saved yet.
          {contested > 0
            ? ' Where both of you changed the same field, saving yours undoes theirs.'
            : ' You changed different fields.'}
        </p>
        <Table aria-label="Both edits">
          <TableHeader className="bg-transparent">
            <tr>
              <TableHead>Field</TableHead>
              <TableHead>You started with</TableHead>
              <TableHead>It is now</TableHead>
              <TableHead>Yours</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {lines.map(line => (
              <Line key={line.field} line={line} />
            ))}
          </TableBody>
        </Table>
        <ErrorLine error={error} className="mt-3" />
      </DialogBody>
      <DialogFooter>
        <Button onClick={onDrop}>Drop mine</Button>
        <ActionButton variant="primary" pending={pending} onClick={onOverwrite}>
          Save mine on version {met.version}
        </ActionButton>
      </DialogFooter>
    </>
  )
}

function Line({ line: { field, before, theirs, yours, changedBy } }: { line: ConflictLine }) {
  return (
    <TableRow className="align-top">
      <TableCell className="whitespace-nowrap">
        {names[field]}
        {changedBy === 'both' ? (
          <Badge tone="warn" className="ml-2">
            both
          </Badge>
        ) : null}
      </TableCell>
      <TableCell className="text-muted-foreground">
        <Value value={before} />
      </TableCell>
      <TableCell>
        {changedBy === 'you' ? <span className="text-faint-foreground">unchanged</span> : <Value value={theirs} />}
      </TableCell>
      <TableCell>
        {changedBy === 'them' ? <span className="text-faint-foreground">unchanged</span> : <Value value={yours} />}
      </TableCell>
    </TableRow>
  )
}

function Value({ value }: { value: unknown }) {
  if (value === '' || value === null || value === undefined) return <span className="text-faint-foreground">empty</span>
  if (typeof value === 'string' || typeof value === 'number') return value
  return <pre className="max-h-40 overflow-auto text-xs">{JSON.stringify(value, null, 1)}</pre>
}
