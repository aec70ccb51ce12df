'use client'

import { RotateCw, TriangleAlert } from 'lucide-react'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { describeError } from './describe-error.ts'

export interface ErrorStateProps {
  /** What could not be shown: `The tasks could not be loaded`. */
  title: string
  /** What was thrown; its message, action and code are shown. */
  error: unknown
  onRetry?: () => void
  className?: string
}

/** Something failed: what, why, what to do, and a way to try again, unless what was asked for does not exist. */
export function ErrorState({ title, error, onRetry, className }: ErrorStateProps) {
  const { message, action, code } = describeError(error)
  return (
    <div role="alert" className={cn('flex flex-col items-center gap-1 px-6 py-10 text-center', className)}>
      <TriangleAlert aria-hidden className="mb-2 size-5 text-bad-text" strokeWidth={1.75} />
      <p className="font-medium">{title}</p>
      <p className="max-w-md text-balance text-muted-foreground">
        {message} {action}
      </p>
      {code ? <code className="mt-1 text-faint-foreground text-xs">{code}</code> : null}
      {onRetry && !code?.endsWith('_NOT_FOUND') ? (
        <Button className="mt-3" onClick={onRetry}>
          <RotateCw aria-hidden />
          Try again
        </Button>
      ) : null}
    </div>
  )
}

/** The same in one line, for the foot of a form or dialog. Renders nothing without an error. */
export function ErrorLine({ error, className }: { error: unknown; className?: string }) {
  if (!error) return null
  const { message, action } = describeError(error)
  return (
    <p
      role="alert"
      className={cn(
        'flex gap-2 rounded-md border border-bad-line bg-bad-soft px-2.5 py-2 text-bad-text text-sm',
        className,
      )}
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        {message} {action}
      </span>
    </p>
  )
}
