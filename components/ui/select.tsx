'use client'

import type { Select as Primitive } from 'radix-ui'
import { type ComponentProps, type ReactNode, useState } from 'react'
import { onDemand } from './on-demand.tsx'
import { SelectChevron, selectClasses } from './select-button.tsx'

interface SelectOption<Value extends string> {
  value: Value
  label: ReactNode
  disabled?: boolean
}

export interface SelectProps<Value extends string>
  extends Omit<ComponentProps<typeof Primitive.Trigger>, 'value' | 'onChange' | 'defaultValue' | 'children'> {
  value: Value | undefined
  onValueChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  placeholder?: string
}

const SelectList = onDemand(() => import('./select-list.tsx').then(module => module.SelectList), {
  placeholder: ClosedSelect,
})

/**
 * One choice of a list. Option values must not be empty: use a value such as `any` for "no filter". Until it is used it is a
 * button: what opens, with its positioning engine, would be 28 KB of the first load.
 */
export function Select<Value extends string>({ onValueChange, ...props }: SelectProps<Value>) {
  const [isUsed, setUsed] = useState(false)
  const list: SelectProps<string> = { ...props, onValueChange: chosen => onValueChange(chosen as Value) }
  return isUsed ? <SelectList {...list} /> : <ClosedSelect {...list} onUse={() => setUsed(true)} />
}

interface ClosedSelectProps extends SelectProps<string> {
  /** Nothing while what opens is on its way. */
  onUse?: () => void
}

function ClosedSelect({
  value,
  onValueChange: _,
  options,
  placeholder,
  className,
  onUse,
  ...props
}: ClosedSelectProps) {
  const chosen = options.find(option => option.value === value)
  return (
    <button
      type="button"
      role="combobox"
      aria-expanded={false}
      aria-haspopup="listbox"
      aria-busy={onUse ? undefined : true}
      data-placeholder={chosen ? undefined : ''}
      className={selectClasses(className)}
      onClick={onUse}
      onKeyDown={event => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        onUse?.()
      }}
      {...props}
    >
      <span className="truncate">{chosen?.label ?? placeholder}</span>
      <SelectChevron />
    </button>
  )
}
