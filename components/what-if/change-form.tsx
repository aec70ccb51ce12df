'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import type { RunSimulation } from '#server/contracts/simulations.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { requestOf, type Setting, settings, trials } from './settings.ts'
import { TargetFields } from './target-fields.tsx'
import { useTarget } from './use-target.ts'
import { useWhatIfSearch, windows } from './use-what-if-search.ts'
import { ValueField } from './value-field.tsx'

const windowNames: Readonly<Record<(typeof windows)[number], string>> = {
  '1': 'Last hour',
  '6': 'Last 6 hours',
  '24': 'Last 24 hours',
  '168': 'Last 7 days',
}

/** Chooses a setting, a value and a window, with the present value shown, and runs it. */
export function ChangeForm() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [search, setSearch] = useWhatIfSearch()
  const target = useTarget()
  const refusal = useRefusal('operator')
  const setting: Setting | null = search.setting === 'load' ? null : settings[search.setting]
  const request = requestOf(search.setting, target, search.value, Number(search.hours))
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
      <CardContent className="grid gap-4 sm:grid-cols-2 lg:grid-cols-1">
        <Field label="Setting">
          {control => (
            <Select
              {...control}
              value={search.setting}
              onValueChange={chosen => void setSearch({ setting: chosen, value: null })}
              options={trials.map(value => ({
                value,
                label: value === 'load' ? 'How much work arrives' : settings[value].label,
              }))}
            />
          )}
        </Field>
        <TargetFields subject={setting?.subject ?? 'all'} />
        <ValueField
          setting={setting}
          value={search.value}
          onChange={value => void setSearch({ value })}
          hint={<PresentValue request={request} setting={setting} />}
        />
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
        <ErrorLine error={run.error} className="col-span-full" />
      </CardContent>
      <CardFooter>
        <ActionButton
          variant="primary"
          reason={refusal ?? (request === null ? 'Choose what to change, and its value.' : null)}
          pending={run.isPending}
          onClick={() => request && run.mutate(request)}
        >
          <FlaskConical aria-hidden />
          Simulate
        </ActionButton>
      </CardFooter>
    </Card>
  )
}

/** The value now, in the words of the server; for the load what 1 means. */
function PresentValue({
  request,
  setting,
}: {
  request: Pick<RunSimulation, 'changes'> | null
  setting: Setting | null
}) {
  const trpc = useTRPC()
  const change = request?.changes[0]
  const { data } = useQuery({
    ...trpc.simulations.describe.queryOptions(change ? { change } : { change: { kind: 'tenant_limit', limit: null } }),
    enabled: change !== undefined,
  })
  if (setting === null) return 'Times what was recorded: 1 is as it was, 2 is twice as much.'
  const unit = setting.input.kind === 'number' ? setting.input.unit : ''
  if (!change || !data) return unit
  return [`Now: ${data.from}`, unit].filter(text => text !== '').join(' · ')
}
