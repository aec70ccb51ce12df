'use client'

import { useQuery } from '@tanstack/react-query'
import { Command, defaultFilter } from 'cmdk'
import {
  Bookmark,
  Boxes,
  CircleHelp,
  Clock,
  Hash,
  LogOut,
  type LucideIcon,
  Monitor,
  Moon,
  Pause,
  Play,
  Search,
  Sun,
  Users,
} from 'lucide-react'
import { useTheme } from 'next-themes'
import { Dialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { useLive } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { setClockZone, useClockZone } from '../data/use-clock-zone.ts'
import { Kbd } from '../ui/kbd.tsx'
import { notify } from '../ui/notify.ts'
import { StatusText } from '../ui/status-badge.tsx'
import { useReturnFocus } from '../ui/use-return-focus.ts'
import { addressOf, useViews } from '../views/use-views.ts'
import { destinations, settingsDestinations } from './navigation.ts'
import { signOut } from './sign-out.ts'
import { useGo } from './use-go.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const openTask = 'open task '
const findTasks = 'find tasks '

/** How well an entry fits what is typed: a task's id leads to it before all else, a search through the tasks comes last. */
function rateEntry(value: string, search: string, keywords?: string[]): number {
  if (value.startsWith(openTask)) return 1
  return value.startsWith(findTasks) ? Number.MIN_VALUE : defaultFilter(value, search, keywords)
}

export interface CommandPaletteProps {
  onClose: () => void
  onOpenHelp: () => void
}

/** Goes to any page, module or task, and does what the shell can do, by typing. */
export function CommandPalette({ onClose, onOpenHelp }: CommandPaletteProps) {
  const goTo = useGo()
  const [search, setSearch] = useState('')
  const returnFocus = useReturnFocus()
  const go = (href: string) => {
    onClose()
    goTo(href)
  }
  return (
    <Dialog.Root open onOpenChange={isOpen => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fade-in-0 fixed inset-0 z-50 animate-in bg-scrim duration-100" />
        <Dialog.Content
          {...returnFocus}
          aria-describedby={undefined}
          className="fade-in-0 zoom-in-98 fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 animate-in overflow-hidden rounded-xl border border-border-strong bg-popover shadow-overlay outline-none duration-100"
        >
          <Dialog.Title className="sr-only">Search or jump to</Dialog.Title>
          <Command label="Search or jump to" loop filter={rateEntry}>
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search aria-hidden className="size-4 shrink-0 text-muted-foreground" />
              <Command.Input
                value={search}
                onValueChange={setSearch}
                placeholder="A page, a view, a module, a task id, or what to do"
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint-foreground max-md:text-[1rem]"
              />
              <Kbd keys="escape" />
            </div>
            <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-muted-foreground">
                Nothing here has that name.
              </Command.Empty>
              {/* Groups stand in this order: what has the name that is typed comes before a search for it. */}
              <OpenTaskItem id={search.trim()} onGo={go} />
              <PageItems onGo={go} />
              <ViewItems onGo={go} />
              <ModuleItems onGo={go} />
              <ActionItems onDone={onClose} onOpenHelp={onOpenHelp} />
              <FindTasksItem text={search.trim()} onGo={go} />
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const groupClasses =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint-foreground'

interface ItemProps {
  icon: LucideIcon
  value: string
  keywords?: string[]
  onSelect: () => void
  children: ReactNode
}

function Item({ icon: Icon, children, ...props }: ItemProps) {
  return (
    <Command.Item
      {...props}
      className="flex min-h-9 items-center gap-2.5 rounded-md px-2.5 py-1 data-[selected=true]:bg-accent"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      {children}
    </Command.Item>
  )
}

function PageItems({ onGo }: { onGo: (href: string) => void }) {
  return (
    <Command.Group heading="Go to" className={groupClasses}>
      {[...destinations, ...settingsDestinations].map(({ href, label, icon, jump }) => (
        <Item key={href} icon={icon} value={label} onSelect={() => onGo(href)}>
          {label}
          <Kbd keys={`g ${jump}`} className="ml-auto" />
        </Item>
      ))}
    </Command.Group>
  )
}

function ViewItems({ onGo }: { onGo: (href: string) => void }) {
  const { views } = useViews()
  if (!views?.length) return null
  return (
    <Command.Group heading="Views" className={groupClasses}>
      {views.map(view => (
        <Item
          key={view.id}
          icon={view.shared ? Users : Bookmark}
          value={`view ${view.id}`}
          keywords={[view.name, view.page]}
          onSelect={() => onGo(addressOf(view))}
        >
          <span className="truncate">{view.name}</span>
          <span className="ml-auto text-faint-foreground text-xs">{labelOf(view.page)}</span>
        </Item>
      ))}
    </Command.Group>
  )
}

const labelOf = (page: string) => destinations.find(({ href }) => href === `/${page}`)?.label ?? page

function ModuleItems({ onGo }: { onGo: (href: string) => void }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.modules.list.queryOptions({}))
  if (!data?.items.length) return null
  return (
    <Command.Group heading="Modules" className={groupClasses}>
      {data.items.map(module => (
        <Item
          key={module.id}
          icon={Boxes}
          value={`module ${module.id}`}
          keywords={[module.name, module.category, ...module.capabilities.map(({ type }) => type)]}
          onSelect={() => onGo(`/modules/${module.id}`)}
        >
          <span className="truncate">{module.name}</span>
          <span className="truncate font-mono text-faint-foreground text-xs">{module.id}</span>
          <span className="ml-auto text-xs">
            {module.enabled ? (
              <StatusText of="health" status={module.health} />
            ) : (
              <StatusText of="enablement" status="disabled" />
            )}
          </span>
        </Item>
      ))}
    </Command.Group>
  )
}

function OpenTaskItem({ id, onGo }: { id: string; onGo: (href: string) => void }) {
  if (!uuid.test(id)) return null
  return (
    <Command.Group heading="Tasks" forceMount className={groupClasses}>
      <Item icon={Hash} value={openTask + id} onSelect={() => onGo(`/tasks/${id}`)}>
        Open the task <code className="truncate text-xs">{id}</code>
      </Item>
    </Command.Group>
  )
}

function FindTasksItem({ text, onGo }: { text: string; onGo: (href: string) => void }) {
  if (text.length < 3 || uuid.test(text)) return null
  return (
    <Command.Group heading="Tasks" forceMount className={groupClasses}>
      <Item icon={Search} value={findTasks + text} onSelect={() => onGo(`/tasks?q=${encodeURIComponent(text)}`)}>
        Find tasks with “{text}” in the id or type
      </Item>
    </Command.Group>
  )
}

function ActionItems({ onDone, onOpenHelp }: { onDone: () => void; onOpenHelp: () => void }) {
  const { setTheme } = useTheme()
  const { pausedBy, toggle } = useLive()
  const zone = useClockZone()
  const act = (run: () => void) => () => {
    onDone()
    run()
  }
  const leave = () => {
    void signOut().then(failure => failure && notify.failed(failure))
  }
  return (
    <Command.Group heading="Do" className={groupClasses}>
      <Item icon={pausedBy ? Play : Pause} value="Pause or resume live updates" onSelect={act(toggle)}>
        {pausedBy ? 'Resume live updates' : 'Pause live updates'}
        <Kbd keys="l" className="ml-auto" />
      </Item>
      <Item icon={Moon} value="Theme: dark" onSelect={act(() => setTheme('dark'))}>
        Theme: dark
      </Item>
      <Item icon={Sun} value="Theme: light" onSelect={act(() => setTheme('light'))}>
        Theme: light
      </Item>
      <Item icon={Monitor} value="Theme: as the system" onSelect={act(() => setTheme('system'))}>
        Theme: as the system
      </Item>
      <Item
        icon={Clock}
        value="Times in UTC or of this browser"
        keywords={['zone', 'clock', 'local']}
        onSelect={act(() => setClockZone(zone === 'utc' ? 'local' : 'utc'))}
      >
        {zone === 'utc' ? 'Times: of this browser' : 'Times: UTC'}
      </Item>
      <Item icon={CircleHelp} value="Keyboard shortcuts" onSelect={onOpenHelp}>
        Keyboard shortcuts
        <Kbd keys="?" className="ml-auto" />
      </Item>
      <Item icon={LogOut} value="Sign out" onSelect={act(leave)}>
        Sign out
      </Item>
    </Command.Group>
  )
}
