'use client'

import { ListFilter, MoreHorizontal, RotateCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ActionButton } from '../ui/action-button.tsx'
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogFooter,
  AlertDialogTrigger,
} from '../ui/alert-dialog.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogTrigger } from '../ui/dialog.tsx'
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx'
import { Field } from '../ui/field.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { PopoverButton } from '../ui/popover-button.tsx'
import { type SearchGroup, SearchSelect } from '../ui/search-select.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Select } from '../ui/select.tsx'
import { Separator } from '../ui/separator.tsx'
import { Sheet, SheetClose, SheetContent, SheetTrigger } from '../ui/sheet.tsx'
import { Switch } from '../ui/switch.tsx'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx'

const ranges = [
  { value: '5m', label: '5 min' },
  { value: '1h', label: '1 h' },
  { value: '24h', label: '24 h' },
] as const

const strategies = [
  { value: 'power_of_two', label: 'Power of two' },
  { value: 'round_robin', label: 'Round robin' },
  { value: 'least_loaded', label: 'Least loaded' },
] as const

const owners = ['licences', 'reports', 'any'].map(name => ({ value: name, label: name }))

/** Buttons, overlays and fields. */
export function ControlSpecimens() {
  return (
    <>
      <Card>
        <CardHeader title="Buttons and overlays" />
        <CardContent className="grid gap-3">
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary">Submit a task</Button>
            <Button>Retry</Button>
            <Button variant="ghost">Cancel</Button>
            <Button variant="destructive">
              <Trash2 aria-hidden />
              Remove
            </Button>
            <Button variant="link">Show the decision</Button>
            <Button size="sm">
              <ListFilter aria-hidden />
              Filter
            </Button>
            <Button size="icon" aria-label="Refresh">
              <RotateCw aria-hidden />
            </Button>
            <ActionButton reason="Needs the role operator; you are signed in as viewer.">Force open</ActionButton>
            <Badge>power_of_two</Badge>
            <Kbd keys="mod k" />
            <Kbd keys="g m" />
          </div>
          <OverlaySpecimens />
        </CardContent>
      </Card>
      <FieldSpecimens />
    </>
  )
}

function OverlaySpecimens() {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Dialog>
        <DialogTrigger asChild>
          <Button>Dialog</Button>
        </DialogTrigger>
        <DialogContent title="Submit a task" description="It is stored before you get the answer.">
          <DialogBody>
            <Field label="Type">{control => <Input {...control} defaultValue="license.detect" />}</Field>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <Button variant="primary">Submit</Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
      <AlertDialog>
        <AlertDialogTrigger asChild>
          <Button>Alert dialog</Button>
        </AlertDialogTrigger>
        <AlertDialogContent
          title="Disable summary-fast?"
          description="2 task types are taken over by summary-pro. Running calls end first. You can enable it again at any time."
        >
          <AlertDialogFooter>
            <AlertDialogCancel />
            <Button variant="destructive">Disable</Button>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
      <Sheet>
        <SheetTrigger asChild>
          <Button>Sheet</Button>
        </SheetTrigger>
        <SheetContent title="Breaker of summary-pro" description="Closed for 3 h">
          <p className="mb-3">Details beside the list.</p>
          <SheetClose asChild>
            <Button>Done</Button>
          </SheetClose>
        </SheetContent>
      </Sheet>
      <PopoverButton label="Filter" button={<Button>Popover</Button>}>
        {close => (
          <>
            <p className="mb-3">Filters live here.</p>
            <Button size="sm" onClick={close}>
              Apply
            </Button>
          </>
        )}
      </PopoverButton>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label="More">
            <MoreHorizontal aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem>
            <RotateCw aria-hidden />
            Retry
          </DropdownMenuItem>
          <DropdownMenuCheckboxItem checked>Only failed</DropdownMenuCheckboxItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem destructive>
            <Trash2 aria-hidden />
            Discard
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
    </div>
  )
}

const settingGroups: readonly SearchGroup[] = [
  { label: 'Breakers', options: [{ value: 'slow', label: 'Open by slow calls', keywords: 'latency' }] },
  { label: 'Retries', options: [{ value: 'retry', label: 'Retries of a module', note: 'reader' }] },
]

function FieldSpecimens() {
  const [onlyFailed, setOnlyFailed] = useState(true)
  const [range, setRange] = useState<(typeof ranges)[number]['value']>('1h')
  const [owner, setOwner] = useState<string | null>(null)
  const [setting, setSetting] = useState<string>()
  const [strategy, setStrategy] = useState<(typeof strategies)[number]['value']>('power_of_two')
  return (
    <Card>
      <CardHeader title="Fields" />
      <CardContent className="grid gap-4 sm:grid-cols-3">
        <Field label="Name" hint="Shown in lists.">
          {control => <Input {...control} placeholder="Summary, fast" />}
        </Field>
        <Field label="Endpoint" error="must be an http or https address">
          {control => <Input {...control} defaultValue="ftp://10.0.0.1" />}
        </Field>
        <Field label="Strategy">
          {control => <Select {...control} value={strategy} onValueChange={setStrategy} options={strategies} />}
        </Field>
        <Field label="Setting" hint="Found by typing.">
          {control => (
            <SearchSelect
              {...control}
              name="Setting"
              value={setting}
              onValueChange={setSetting}
              groups={settingGroups}
              placeholder="Choose"
            />
          )}
        </Field>
        <Field label="Payload" optional className="sm:col-span-2">
          {control => <Textarea {...control} className="font-mono text-xs" defaultValue={'{ "package": "zod" }'} />}
        </Field>
        <div className="grid content-start gap-3">
          <SegmentedControl label="Range" value={range} onValueChange={setRange} options={ranges} className="w-fit" />
          <label htmlFor="specimen-enabled" className="flex items-center gap-2">
            <Switch id="specimen-enabled" defaultChecked /> Enabled
          </label>
          <Separator />
          <label htmlFor="specimen-failed" className="flex items-center gap-2">
            <Checkbox id="specimen-failed" checked={onlyFailed} onCheckedChange={setOnlyFailed} /> Only failed
          </label>
          <label htmlFor="specimen-all" className="flex items-center gap-2">
            <Checkbox id="specimen-all" checked="indeterminate" /> All on this page
          </label>
        </div>
        <div className="flex flex-wrap items-center gap-2 sm:col-span-3">
          <FilterSelect label="Owner" anyLabel="Every owner" value={owner} onValueChange={setOwner} options={owners} />
          <ClearFilters isFiltered={owner !== null} onClear={() => setOwner(null)} />
        </div>
        <Tabs defaultValue="attempts" className="sm:col-span-3">
          <TabsList aria-label="Task">
            <TabsTrigger value="attempts" count={2}>
              Attempts
            </TabsTrigger>
            <TabsTrigger value="timeline">Timeline</TabsTrigger>
            <TabsTrigger value="payload">Payload</TabsTrigger>
          </TabsList>
          <TabsContent value="attempts" className="text-muted-foreground">
            What each attempt did.
          </TabsContent>
          <TabsContent value="timeline">When it did it.</TabsContent>
          <TabsContent value="payload">What it was given.</TabsContent>
        </Tabs>
      </CardContent>
    </Card>
  )
}
