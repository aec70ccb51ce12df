'use client'

import { Eye, EyeOff, Sparkles } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Input } from '../ui/input.tsx'
import { generatePassword } from './generate-password.ts'

export interface PasswordFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  /** What the field around it gives. */
  control: Pick<ComponentProps<'input'>, 'id' | 'aria-describedby' | 'aria-invalid'>
  value: string
  onValueChange: (value: string) => void
}

/** A password for somebody else: typed or made up, to look at and to copy. */
export function PasswordField({ control, value, onValueChange, ...props }: PasswordFieldProps) {
  const [visible, setVisible] = useState(false)
  return (
    <div className="grid gap-2 sm:grid-cols-[1fr_auto_auto] sm:items-center">
      <div className="relative">
        <Input
          {...props}
          {...control}
          type={visible ? 'text' : 'password'}
          autoComplete="new-password"
          value={value}
          maxLength={128}
          className="pr-9 font-mono"
          onChange={event => onValueChange(event.target.value)}
        />
        <Button
          variant="ghost"
          size="icon-sm"
          className="absolute top-1/2 right-0.5 -translate-y-1/2"
          aria-label={visible ? 'Hide the password' : 'Show the password'}
          aria-pressed={visible}
          onClick={() => setVisible(!visible)}
        >
          {visible ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </Button>
      </div>
      <Button
        onClick={() => {
          setVisible(true)
          onValueChange(generatePassword(bytes => crypto.getRandomValues(bytes)))
        }}
      >
        <Sparkles aria-hidden />
        Make one up
      </Button>
      {value ? <CopyButton value={value} label="Copy the password" /> : null}
    </div>
  )
}
