'use client'

import { CalendarClock } from 'lucide-react'
import { useClockZone } from '../data/use-clock-zone.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { formatMoment } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { Popover, PopoverContent, PopoverTrigger } from '../ui/popover.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { fromFieldText, toFieldText } from './moment-text.ts'
import { rangeNames } from './task-filter.ts'
import { useTasksSearch } from './use-tasks-search.ts'

const options = [
  { value: 'any', label: 'Any' },
  ...rangeNames.map(value => ({ value, label: value.replace('m', ' min').replace('h', ' h').replace('d', ' d') })),
] as const

/** When the tasks were accepted: the last minutes to days, or from one moment to another. */
export function TimeRangeField() {
  const { search, setSearch } = useTasksSearch()
  const zone = useClockZone()
  const { range, from, to } = search
  const isAbsolute = range === null && (from !== null || to !== null)
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button className="font-normal">
          <CalendarClock aria-hidden />
          <span className="num max-w-52 truncate">{describeRange(search, zone)}</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="When the tasks were accepted" align="end" className="grid w-80 gap-3">
        <SegmentedControl
          label="Within the last"
          value={isAbsolute ? 'any' : (range ?? 'any')}
          onValueChange={value => void setSearch({ range: value === 'any' ? null : value, from: null, to: null })}
          options={options}
          className="justify-self-start"
        />
        {(['from', 'to'] as const).map(end => (
          <Field key={end} label={end === 'from' ? 'From' : 'Until'} hint={zone === 'utc' ? 'UTC' : 'your local time'}>
            {control => (
              <Input
                {...control}
                type="datetime-local"
                step={1}
                className="num"
                value={range === null ? toFieldText(search[end], zone) : ''}
                onChange={event => void setSearch({ range: null, [end]: fromFieldText(event.target.value, zone) })}
              />
            )}
          </Field>
        ))}
      </PopoverContent>
    </Popover>
  )
}

function describeRange(
  search: ReturnType<typeof useTasksSearch>['search'],
  zone: Parameters<typeof formatMoment>[1],
): string {
  const { range, from, to } = search
  if (range !== null) return `Last ${options.find(option => option.value === range)?.label ?? range}`
  const moment = (iso: string) => formatMoment(iso, zone).slice(5, 16)
  if (from !== null && to !== null) return `${moment(from)} – ${moment(to)}`
  if (from !== null) return `Since ${moment(from)}`
  return to === null ? 'Any time' : `Until ${moment(to)}`
}
