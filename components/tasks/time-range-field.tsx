'use client'

import { CalendarClock } from 'lucide-react'
import { useClockZone } from '../data/use-clock-zone.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { type ClockZone, formatMoment } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { fromFieldText, toFieldText } from '../ui/moment-text.ts'
import { PopoverButton } from '../ui/popover-button.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { type RelativeRange, rangeNames } from './task-filter.ts'

const options = [
  { value: 'any', label: 'Any' },
  ...rangeNames.map(value => ({ value, label: value.replace('m', ' min').replace('h', ' h').replace('d', ' d') })),
] as const

/** A range that ends now, or two moments of which each may be open. */
export interface TimeRange {
  range: RelativeRange | null
  from: string | null
  to: string | null
}

export interface TimeRangeFieldProps {
  /** What happened within the range, as a title: `When the tasks were accepted`. */
  label: string
  value: TimeRange
  onChange: (change: Partial<TimeRange>) => void
}

/** The last minutes to days, or from one moment to another. */
export function TimeRangeField({ label, value: chosen, onChange }: TimeRangeFieldProps) {
  const zone = useClockZone()
  const { range, from, to } = chosen
  const isAbsolute = range === null && (from !== null || to !== null)
  return (
    <PopoverButton
      label={label}
      className="grid w-80 gap-3"
      button={
        <Button className="font-normal">
          <CalendarClock aria-hidden />
          <span className="num max-w-52 truncate">{describeRange(chosen, zone)}</span>
        </Button>
      }
    >
      {() => (
        <>
          <SegmentedControl
            label="Within the last"
            value={isAbsolute ? 'any' : (range ?? 'any')}
            onValueChange={value => onChange({ range: value === 'any' ? null : value, from: null, to: null })}
            options={options}
            className="justify-self-start"
          />
          {(['from', 'to'] as const).map(end => (
            <Field
              key={end}
              label={end === 'from' ? 'From' : 'Until'}
              hint={zone === 'utc' ? 'UTC' : 'your local time'}
            >
              {control => (
                <Input
                  {...control}
                  type="datetime-local"
                  step={1}
                  className="num"
                  value={range === null ? toFieldText(chosen[end], zone) : ''}
                  onChange={event => onChange({ range: null, [end]: fromFieldText(event.target.value, zone) })}
                />
              )}
            </Field>
          ))}
        </>
      )}
    </PopoverButton>
  )
}

function describeRange({ range, from, to }: TimeRange, zone: ClockZone): string {
  if (range !== null) return `Last ${options.find(option => option.value === range)?.label ?? range}`
  const moment = (iso: string) => formatMoment(iso, zone).slice(5, 16)
  if (from !== null && to !== null) return `${moment(from)} – ${moment(to)}`
  if (from !== null) return `Since ${moment(from)}`
  return to === null ? 'Any time' : `Until ${moment(to)}`
}
