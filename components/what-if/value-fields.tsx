'use client'

import type { ReactNode } from 'react'
import { ModuleChooser } from '../modules/module-chooser.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import { Switch } from '../ui/switch.tsx'
import type { SettingField, Values } from './setting.ts'

export interface ValueFieldsProps {
  fields: readonly SettingField[]
  values: Values
  /** What is wrong, by field. */
  problems: Readonly<Record<string, string>>
  /** What a single field has now; stands before its hint. */
  now: string | null
  /** The module that is changed. */
  moduleId: string | null
  onChange: (name: string, value: string) => void
}

/** The values to try, each with what is wrong with it beside it. */
export function ValueFields({ fields, values, problems, now, moduleId, onChange }: ValueFieldsProps) {
  return (
    <div className="col-span-full grid grid-cols-2 gap-4">
      {fields.map(field =>
        field.input === 'switch' ? (
          <SwitchField key={field.name} field={field} value={values[field.name]} onChange={onChange} />
        ) : (
          <Field
            key={field.name}
            label={field.label}
            hint={[now, field.hint].filter(Boolean).join(' · ')}
            error={problems[field.name]}
            optional={field.optional === true}
            className={isNarrow(field) && fields.length > 1 ? '' : 'col-span-full'}
          >
            {control => (
              <FieldControl
                {...{ control, field, moduleId }}
                value={values[field.name] ?? ''}
                onChange={value => onChange(field.name, value)}
              />
            )}
          </Field>
        ),
      )}
    </div>
  )
}

/** Two of a kind fit beside each other where a word or two say what they are. */
function isNarrow({ input, hint }: SettingField): boolean {
  return input === 'figure' && hint.length <= 24
}

function FieldControl({
  control,
  field: { input },
  value,
  moduleId,
  onChange,
}: {
  control: Parameters<Parameters<typeof Field>[0]['children']>[0]
  field: SettingField
  value: string
  moduleId: string | null
  onChange: (value: string) => void
}): ReactNode {
  if (input === 'modules') {
    return (
      <ModuleChooser
        {...control}
        chosen={value === '' ? [] : value.split(',')}
        onChange={chosen => onChange(chosen.join(','))}
        ownId={moduleId}
      />
    )
  }
  if (typeof input !== 'string') {
    return (
      <Select
        {...control}
        value={value || undefined}
        onValueChange={onChange}
        options={[...input]}
        placeholder="Choose"
      />
    )
  }
  return (
    <Input
      {...control}
      value={value}
      onChange={event => onChange(event.target.value)}
      autoComplete="off"
      {...(input === 'figure' ? { inputMode: 'decimal', className: 'num' } : { className: 'font-mono' })}
    />
  )
}

function SwitchField({
  field: { name, label, hint },
  value,
  onChange,
}: {
  field: SettingField
  value: string | undefined
  onChange: ValueFieldsProps['onChange']
}) {
  return (
    <div className="col-span-full flex items-center justify-between gap-3">
      <span>
        <span className="block font-medium text-sm">{label}</span>
        <span className="block text-muted-foreground text-xs">{hint}</span>
      </span>
      <Switch
        checked={value === 'on'}
        onCheckedChange={isOn => onChange(name, isOn ? 'on' : 'off')}
        aria-label={label}
      />
    </div>
  )
}
