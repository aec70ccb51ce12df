'use client'

import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { onDemand } from './on-demand.tsx'
import { SelectChevron, selectClasses } from './select-button.tsx'

interface SelectOption<Value extends string> {
  value: Value
  label: ReactNode
  disabled?: boolean
}

interface SelectChoice<Value extends string> {
  value: Value | undefined
  onValueChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  placeholder?: string | undefined
}

type TriggerProps = Omit<ComponentProps<'button'>, 'value' | 'onChange' | 'defaultValue' | 'children' | 'type'>

export type SelectProps<Value extends string> = SelectChoice<Value> & TriggerProps

/** What the closed and the opening select are made of. */
export interface SelectParts extends SelectChoice<string> {
  trigger: TriggerProps
}

const SelectList = onDemand(() => import('./select-list.tsx').then(module => module.SelectList), {
  placeholder: ClosedSelect,
})

/**
 * One choice of a list. Option values must not be empty; "no filter" is `FilterSelect`. Until it is used it is a
 * button: what opens, with its positioning engine, would be 28 KB of the first load.
 */
export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  placeholder,
  ...trigger
}: SelectProps<Value>) {
  const [isUsed, setUsed] = useState(false)
  const parts: SelectParts = {
    value,
    onValueChange: chosen => onValueChange(chosen as Value),
    options,
    placeholder,
    trigger,
  }
  return isUsed ? <SelectList {...parts} /> : <ClosedSelect {...parts} onUse={() => setUsed(true)} />
}

interface ClosedSelectProps extends SelectParts {
  /** Nothing while what opens is on its way. */
  onUse?: () => void
}

function ClosedSelect({ value, options, placeholder, trigger, onUse }: ClosedSelectProps) {
  const listId = useId()
  const chosen = options.find(option => option.value === value)
  return (
    <button
      {...trigger}
      type="button"
      role="combobox"
      aria-expanded={false}
      aria-haspopup="listbox"
      aria-controls={listId}
      aria-busy={onUse ? undefined : true}
      data-placeholder={chosen ? undefined : ''}
      className={selectClasses(trigger.className)}
      onClick={onUse}
      onKeyDown={event => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        onUse?.()
      }}
    >
      <span className="truncate">{chosen?.label ?? placeholder}</span>
      <SelectChevron />
    </button>
  )
}
