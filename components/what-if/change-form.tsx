'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { SearchSelect } from '../ui/search-select.tsx'
import { Select } from '../ui/select.tsx'
import { useSettled } from '../ui/use-settled.ts'
import { type FormReading, fieldsOf, probeOf, readForm, valuesIn } from './read-form.ts'
import type { Setting } from './setting.ts'
import { settingGroups } from './setting-groups.ts'
import { settings } from './settings.ts'
import { TargetFields } from './target-fields.tsx'
import type { Trial } from './trials.ts'
import { readTyped, writeTyped } from './typed-text.ts'
import { useTarget } from './use-target.ts'
import { useWhatIfSearch, windows } from './use-what-if-search.ts'
import { ValueFields } from './value-fields.tsx'

const windowNames: Readonly<Record<(typeof windows)[number], string>> = {
  '1': 'Last hour',
  '6': 'Last 6 hours',
  '24': 'Last 24 hours',
  '168': 'Last 7 days',
}
/** Typing rests so long before it is asked what it would change. */
const restMs = 300

/** Chooses a setting, a value and a window, with the present value shown, and runs it. */
export function ChangeForm() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [search, setSearch] = useWhatIfSearch()
  const target = useTarget()
  const refusal = useRefusal('operator')
  const { setting: trial } = search
  const setting: Setting | null = trial === 'load' ? null : settings[trial]
  const hasManyFields = setting?.present !== undefined
  const typed = readTyped(search.value, hasManyFields)
  const values = setting ? valuesIn(setting, target, typed) : typed
  const state = { trial, target, typed, windowHours: Number(search.hours) }
  const reading = readForm(state)
  const tried = reading.kind === 'ready' ? reading.request.changes[0] : undefined
  const described = useDescription(tried ?? probeOf(state) ?? undefined)
  const obstacle = tried && described.error
  const run = useMutation(
    trpc.simulations.run.mutationOptions({
      onSuccess: ({ id }) => {
        void queries.invalidateQueries({ queryKey: trpc.simulations.list.pathKey() })
        void setSearch({ run: id })
      },
    }),
  )
  return (
    <Card aria-labelledby="change">
      <CardHeader id="change" title="Try a change" note="Nothing is applied." />
      <CardContent className="grid grid-cols-[minmax(0,1fr)] gap-4 sm:grid-cols-2 lg:grid-cols-1">
        <Field label="Setting">
          {control => (
            <SearchSelect
              {...control}
              name="Setting"
              value={trial}
              onValueChange={chosen => void setSearch({ setting: chosen as Trial, value: null })}
              groups={settingGroups}
            />
          )}
        </Field>
        <TargetFields
          subject={setting?.subject ?? 'all'}
          onChange={() => {
            if (hasManyFields) void setSearch({ value: null })
          }}
        />
        {values === null ? (
          <p className="col-span-full text-muted-foreground text-sm">
            {setting?.subject === 'type' ? 'Choose a type' : 'Choose a module'} to see what is set now.
          </p>
        ) : (
          <ValueFields
            fields={fieldsOf(trial, values)}
            values={values}
            problems={reading.kind === 'wrong' ? reading.problems : {}}
            now={hasManyFields || !described.data ? null : `Now: ${described.data.from}`}
            moduleId={target.module?.id ?? null}
            onChange={(name, value) =>
              void setSearch({ value: writeTyped({ ...typed, [name]: value }, hasManyFields) || null })
            }
          />
        )}
        <Field label="Recorded traffic">
          {control => (
            <Select
              {...control}
              value={search.hours}
              onValueChange={hours => void setSearch({ hours })}
              options={windows.map(value => ({ value, label: windowNames[value] }))}
            />
          )}
        </Field>
        {hasManyFields && tried && described.data ? (
          <p className="wrap-anywhere col-span-full text-muted-foreground text-xs">
            Now: {described.data.from}. Then: {described.data.to}.
          </p>
        ) : null}
        <ErrorLine error={obstacle ?? run.error} className="col-span-full" />
      </CardContent>
      <CardFooter>
        <ActionButton
          variant="primary"
          reason={refusal ?? refusalOf(reading) ?? (obstacle ? 'It could not be applied like this.' : null)}
          pending={run.isPending}
          onClick={() => reading.kind === 'ready' && run.mutate(reading.request)}
        >
          <FlaskConical aria-hidden />
          Simulate
        </ActionButton>
      </CardFooter>
    </Card>
  )
}

function refusalOf(reading: FormReading): string | null {
  if (reading.kind === 'wrong') return 'Correct the marked fields first.'
  return reading.kind === 'incomplete' ? reading.reason : null
}

/** What a change would be, in the words of the server, or why it could not be; nothing while it is still being typed. */
function useDescription(change: ConfigurationChange | undefined) {
  const trpc = useTRPC()
  const text = change && JSON.stringify(change)
  const settled = useSettled(text, restMs)
  const isSettled = change !== undefined && settled === text
  const { data, error } = useQuery({
    ...trpc.simulations.describe.queryOptions({ change: change ?? { kind: 'tenant_limit', limit: null } }),
    enabled: isSettled,
    retry: false,
  })
  return isSettled ? { data, error } : { data: undefined, error: null }
}
