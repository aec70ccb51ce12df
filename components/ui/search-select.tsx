'use client'

import { onDemand } from './on-demand.tsx'
import { PopoverButton } from './popover-button.tsx'
import { SelectChevron, selectClasses } from './select-button.tsx'

export interface SearchOption {
  value: string
  label: string
  /** Stands at the end of its line, small. */
  note?: string
  /** Other words that it is found by. */
  keywords?: string
}

export interface SearchGroup {
  /** Null for options that belong to no group. */
  label: string | null
  options: readonly SearchOption[]
}

export interface SearchSelectProps {
  value: string | undefined
  onValueChange: (value: string) => void
  groups: readonly SearchGroup[]
  /** What is chosen, for those who hear it: `Module`. */
  name: string
  placeholder?: string
  /** Of the field it stands in. */
  id?: string
  'aria-describedby'?: string | undefined
  'aria-invalid'?: true | undefined
}

const SearchList = onDemand(() => import('./search-list.tsx').then(module => module.SearchList))

/** One choice of a long list, in groups, found by typing. Of short lists `Select`. */
export function SearchSelect({ value, onValueChange, groups, name, placeholder, ...control }: SearchSelectProps) {
  const chosen = groups.flatMap(({ options }) => options).find(option => option.value === value)
  return (
    <PopoverButton
      label={name}
      className="w-(--radix-popover-trigger-width) min-w-72 p-0"
      button={
        <button
          {...control}
          type="button"
          aria-label={`${name}: ${chosen?.label ?? placeholder ?? ''}`}
          data-placeholder={chosen ? undefined : ''}
          className={selectClasses(undefined)}
        >
          <span className="truncate">{chosen?.label ?? placeholder}</span>
          <SelectChevron />
        </button>
      }
    >
      {close => (
        <SearchList
          name={name}
          value={value}
          groups={groups}
          onChoose={choice => {
            onValueChange(choice)
            close()
          }}
        />
      )}
    </PopoverButton>
  )
}
