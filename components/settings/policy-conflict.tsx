import { TriangleAlert } from 'lucide-react'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { differencesOf, type PolicyMaps, type VersionedPolicy, valueAt } from './policy-edit.ts'

const differenceWords = {
  priorities: 'priority',
  multipliers: 'multiplier',
  typeLimits: 'calls at once',
  moduleLimits: 'calls at once, module',
  typeCaps: 'tasks at most',
  tenantLimit: 'calls at once, all together',
} as const

export interface PolicyConflictProps {
  base: VersionedPolicy
  mine: PolicyMaps
  present: VersionedPolicy
  pending: boolean
  onOverwrite: () => void
  onDrop: () => void
  /** Back to the edit as it is. */
  onClose: () => void
}

/** Somebody saved first: their changes and one's own, and the choice. */
export function PolicyConflict({ base, mine, present, pending, onOverwrite, onDrop, onClose }: PolicyConflictProps) {
  const theirs = differencesOf(base, present)
  const yours = differencesOf(base, mine)
  const all = new Map([...theirs, ...yours].map(each => [`${each.map} ${each.type}`, each]))
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent title="Somebody else changed the policy" className="max-w-2xl">
        <DialogBody>
          <p
            role="alert"
            className="mb-3 flex gap-2 rounded-md border border-warn-line bg-warn-soft px-2.5 py-2 text-warn-text"
          >
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            Somebody saved version {present.version} while you were editing. Nothing of yours is saved yet. Saving yours
            keeps what they changed, except where you changed the same.
          </p>
          <Table aria-label="Both changes">
            <TableHeader className="bg-transparent">
              <tr>
                <TableHead>Type</TableHead>
                <TableHead numeric>You started with</TableHead>
                <TableHead numeric>It is now</TableHead>
                <TableHead numeric>Yours</TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {[...all.values()].map(difference => (
                <TableRow key={`${difference.map} ${difference.type}`}>
                  <TableCell>
                    <span className="mr-2 font-mono text-xs">{difference.type}</span>
                    <span className="text-faint-foreground text-xs">{differenceWords[difference.map]}</span>
                  </TableCell>
                  <TableCell numeric>{difference.before ?? 'none'}</TableCell>
                  <TableCell numeric>{valueAt(present, difference) ?? 'none'}</TableCell>
                  <TableCell numeric>{valueAt(mine, difference) ?? 'none'}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onDrop}>Take theirs</Button>
          <ActionButton variant="primary" pending={pending} onClick={onOverwrite}>
            Save mine on version {present.version}
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
