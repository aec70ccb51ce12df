import { Eye, EyeOff } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { Input } from './input.tsx'

export interface PasswordInputProps extends Omit<ComponentProps<'input'>, 'type'> {
  isVisible: boolean
  onVisibleChange: (isVisible: boolean) => void
}

/** A password, with a button in it that shows or hides what was typed. */
export function PasswordInput({ isVisible, onVisibleChange, className, ...props }: PasswordInputProps) {
  return (
    <div className="relative">
      <Input {...props} type={isVisible ? 'text' : 'password'} maxLength={128} className={cn('pr-9', className)} />
      <Button
        variant="ghost"
        size="icon-sm"
        className="absolute top-1/2 right-0.5 -translate-y-1/2"
        aria-label={isVisible ? 'Hide the password' : 'Show the password'}
        aria-pressed={isVisible}
        onClick={() => onVisibleChange(!isVisible)}
      >
        {isVisible ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </Button>
    </div>
  )
}
