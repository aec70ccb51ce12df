'use client'

import { Command } from 'cmdk'
import { Check, Search } from 'lucide-react'
import type { SearchGroup, SearchOption } from './search-select.tsx'

/** Every word that is typed has to be in the option; those that have all of them in their name come first. */
function rate(_value: string, typed: string, [label = '', ...others]: string[] = []): number {
  const words = typed.toLowerCase().split(/\s+/)
  const has = (text: string) => words.every(word => text.toLowerCase().includes(word))
  if (has(label)) return 1
  return has([label, ...others].join(' ')) ? 0.5 : 0
}

/** What opens of a `SearchSelect`, which brings it in: a line to type into, and what fits it. */
export function SearchList({
  name,
  value,
  groups,
  onChoose,
}: {
  name: string
  value: string | undefined
  groups: readonly SearchGroup[]
  onChoose: (value: string) => void
}) {
  return (
    <Command label={name} loop filter={rate} {...(value !== undefined && { defaultValue: value })}>
      <div className="flex items-center gap-2 border-b px-3">
        <Search aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
        <Command.Input
          autoFocus
          placeholder="Type to search"
          className="h-9 min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint-foreground max-md:text-[1rem]"
        />
      </div>
      <Command.List className="max-h-[min(22rem,50dvh)] overflow-y-auto p-1">
        <Command.Empty className="px-3 py-6 text-center text-muted-foreground text-sm">
          Nothing here has that name.
        </Command.Empty>
        {groups.map(({ label, options }) => (
          <Command.Group
            key={label ?? ''}
            heading={label ?? undefined}
            className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint-foreground [&_[cmdk-group-heading]]:text-xs"
          >
            {options.map(option => (
              <Option
                key={option.value}
                option={option}
                group={label}
                isChosen={option.value === value}
                onChoose={onChoose}
              />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  )
}

function Option({
  option: { value, label, note, keywords },
  group,
  isChosen,
  onChoose,
}: {
  option: SearchOption
  group: string | null
  isChosen: boolean
  onChoose: (value: string) => void
}) {
  return (
    <Command.Item
      value={value}
      keywords={[label, ...[note, keywords, group].filter(text => text != null)]}
      onSelect={() => onChoose(value)}
      className="flex min-h-8 items-center gap-2 rounded-sm px-2 py-1 text-sm data-[selected=true]:bg-accent max-md:min-h-10"
    >
      <span className="flex size-3.5 shrink-0 items-center">
        {isChosen ? <Check aria-label="Chosen" className="size-3.5" /> : null}
      </span>
      <span className="min-w-0 wrap-anywhere">{label}</span>
      {note ? <span className="ml-auto truncate font-mono text-faint-foreground text-xs">{note}</span> : null}
    </Command.Item>
  )
}
