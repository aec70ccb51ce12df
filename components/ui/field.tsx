'use client'

import { CircleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cn } from './cn.ts'

/** What the control of a `Field` must be given. */
interface FieldControl {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

export interface FieldProps {
  label: ReactNode
  /** Stands under the control: format, unit, effect. */
  hint?: ReactNode
  /** What is wrong, in words; replaces the hint. */
  error?: string | null | undefined
  /** Says that the field may stay empty. */
  optional?: boolean
  className?: string
  children: (control: FieldControl) => ReactNode
}

/** Label, control, hint and error of one field, tied together: `<Field label="Name">{f => <Input {...f} />}</Field>`. */
export function Field({ label, hint, error, optional, className, children }: FieldProps) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className={cn('grid content-start gap-1.5', className)}>
      <label htmlFor={id} className="font-medium text-sm">
        {label}
        {optional ? <span className="ml-1.5 font-normal text-faint-foreground">optional</span> : null}
      </label>
      {children({
        id,
        'aria-describedby': note ? `${id}-note` : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {note ? (
        <p
          id={`${id}-note`}
          role={error ? 'alert' : undefined}
          className={cn('flex gap-1.5 text-xs', error ? 'text-bad-text' : 'text-muted-foreground')}
        >
          {error ? <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" /> : null}
          <span>{note}</span>
        </p>
      ) : null}
    </div>
  )
}
