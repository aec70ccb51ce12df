'use client'

import { Sparkles } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { generatePassword } from './generate-password.ts'

export interface PasswordFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  /** What the field around it gives. */
  control: Pick<ComponentProps<'input'>, 'id' | 'aria-describedby' | 'aria-invalid'>
  value: string
  onValueChange: (value: string) => void
}

/** A password for somebody else: typed or made up, to look at and to copy. */
export function PasswordField({ control, value, onValueChange, ...props }: PasswordFieldProps) {
  const [isVisible, setVisible] = useState(false)
  return (
    <div className="grid gap-2 sm:grid-cols-[1fr_auto_auto] sm:items-center">
      <PasswordInput
        {...props}
        {...control}
        isVisible={isVisible}
        onVisibleChange={setVisible}
        autoComplete="new-password"
        value={value}
        className="font-mono"
        onChange={event => onValueChange(event.target.value)}
      />
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
