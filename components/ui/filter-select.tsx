import { cn } from './cn.ts'
import { Select } from './select.tsx'

export interface FilterSelectProps<Value extends string> {
  /** What is filtered by. */
  label: string
  /** The words for "no filter", such as `Every module`. */
  anyLabel: string
  value: Value | null
  /** Null: no filter. */
  onValueChange: (value: Value | null) => void
  options: readonly { value: Value; label: string }[]
  className?: string
}

const noFilter = 'all'
/** Before every value of the list, so that none of them, whatever people call their modules and owners, means "no filter". */
const mark = '='

/** One choice of a filter, or none. What is chosen is on the list even when the options lack it. */
export function FilterSelect<Value extends string>(props: FilterSelectProps<Value>) {
  const { label, anyLabel, value, onValueChange, options, className } = props
  const isMissing = value !== null && !options.some(option => option.value === value)
  const listed = isMissing ? [...options, { value, label: value }] : options
  return (
    <Select
      aria-label={label}
      value={value === null ? noFilter : `${mark}${value}`}
      onValueChange={chosen => onValueChange(chosen === noFilter ? null : (chosen.slice(mark.length) as Value))}
      options={[
        { value: noFilter, label: anyLabel },
        ...listed.map(option => ({ value: `${mark}${option.value}`, label: option.label })),
      ]}
      className={cn('w-44 max-md:w-auto max-md:flex-1 max-md:basis-34', className)}
    />
  )
}
