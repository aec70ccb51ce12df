'use client'

import { CalendarClock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useClockZone } from '../data/use-clock-zone.ts'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { Field } from './field.tsx'
import { type ClockZone, formatMoment } from './format.ts'
import { Input } from './input.tsx'
import { fromFieldText, toFieldText } from './moment-text.ts'
import { PopoverButton } from './popover-button.tsx'
import { SegmentedControl } from './segmented-control.tsx'
import { rangeNames, rangeProblem, readMoment, type TimeRange } from './time-range.ts'

const options = [
  { value: 'any', label: 'Any' },
  ...rangeNames.map(value => ({ value, label: value.replace('m', ' min').replace('h', ' h').replace('d', ' d') })),
] as const

export interface TimeRangeFieldProps {
  /** What happened within the range, as a title: `When the tasks were accepted`. */
  label: string
  value: TimeRange
  onChange: (change: Partial<TimeRange>) => void
}

/** The last minutes to days, or from one moment to another. */
export function TimeRangeField({ label, value, onChange }: TimeRangeFieldProps) {
  const { range, from, to } = value
  const isAbsolute = range === null && (from !== null || to !== null)
  return (
    <MomentsButton label={label} value={value} whenOpen="Any time">
      <SegmentedControl
        label="Within the last"
        value={isAbsolute ? 'any' : (range ?? 'any')}
        onValueChange={name => onChange({ range: name === 'any' ? null : name, from: null, to: null })}
        options={options}
        className="justify-self-start"
      />
      <MomentFields
        value={range === null ? value : { from: null, to: null }}
        onChange={change => onChange({ range: null, ...change })}
      />
    </MomentsButton>
  )
}

export interface MomentRangeFieldProps {
  /** What happened within the range, as a title. */
  label: string
  value: Pick<TimeRange, 'from' | 'to'>
  onChange: (change: Partial<Pick<TimeRange, 'from' | 'to'>>) => void
}

/** From one moment to another, for where ranges that end now are chosen beside it. */
export function MomentRangeField({ label, value, onChange }: MomentRangeFieldProps) {
  return (
    <MomentsButton
      label={label}
      value={{ range: null, from: value.from, to: value.to }}
      whenOpen="From, until"
      size="sm"
    >
      <MomentFields value={value} onChange={onChange} />
    </MomentsButton>
  )
}

interface MomentsButtonProps {
  label: string
  value: TimeRange
  /** What the button says while nothing is chosen. */
  whenOpen: string
  size?: 'sm'
  children: ReactNode
}

function MomentsButton({ label, value, whenOpen, size, children }: MomentsButtonProps) {
  const zone = useClockZone()
  const isWrong = value.range === null && rangeProblem(value) !== null
  return (
    <PopoverButton
      label={label}
      className="grid w-80 gap-3"
      button={
        <Button {...(size && { size })} className={cn('font-normal', isWrong && 'border-bad-line text-bad-text')}>
          <CalendarClock aria-hidden />
          <span className="num max-w-52 truncate">{describeRange(value, zone) ?? whenOpen}</span>
        </Button>
      }
    >
      {() => children}
    </PopoverButton>
  )
}

/** Two moments as they are typed; while they are wrong together, nobody is told, and what was chosen before stays. */
function MomentFields({ value, onChange }: Pick<MomentRangeFieldProps, 'value' | 'onChange'>) {
  const zone = useClockZone()
  const [typed, setTyped] = useState<typeof value | null>(null)
  const shown = typed ?? value
  const type = (change: Partial<typeof value>) => {
    const next = { from: shown.from, to: shown.to, ...change }
    const isRight = rangeProblem(next) === null
    setTyped(isRight ? null : next)
    if (isRight) onChange(next)
  }
  return (['from', 'to'] as const).map(end => (
    <Field
      key={end}
      label={end === 'from' ? 'From' : 'Until'}
      hint={zone === 'utc' ? 'UTC' : 'your local time'}
      error={end === 'to' ? rangeProblem(shown) : null}
    >
      {control => (
        <Input
          {...control}
          type="datetime-local"
          step={1}
          className="num"
          value={toFieldText(readMoment(shown[end]), zone)}
          onChange={event => type({ [end]: fromFieldText(event.target.value, zone) })}
        />
      )}
    </Field>
  ))
}

function describeRange(value: TimeRange, zone: ClockZone): string | null {
  if (value.range !== null) return `Last ${options.find(option => option.value === value.range)?.label ?? value.range}`
  const [from, to] = [readMoment(value.from), readMoment(value.to)]
  const moment = (iso: string) => formatMoment(iso, zone).slice(5, 16)
  if (from !== null && to !== null) return `${moment(from)} – ${moment(to)}`
  if (from !== null) return `Since ${moment(from)}`
  return to === null ? null : `Until ${moment(to)}`
}
