'use client'

import { Check, Copy } from 'lucide-react'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { useCopy } from './use-copy.ts'

/** Copies `value`; shows a tick for a moment. `label` is read out and shown on hover. */
export function CopyButton({
  value,
  label = 'Copy',
  className,
}: {
  value: string
  label?: string
  className?: string
}) {
  const { copied, copy } = useCopy()
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={copied ? 'Copied' : label}
      title={label}
      className={cn('size-6', className)}
      onClick={() => void copy(value)}
    >
      {copied ? <Check aria-hidden className="text-ok-text" /> : <Copy aria-hidden />}
    </Button>
  )
}

export interface IdTextProps {
  /** The id in full; it is what is copied. */
  id: string
  /** Shows the last characters only (UUIDv7 begin alike); all of it when absent. */
  tail?: number
  className?: string
}

/** An id in the fixed-width face, with a copy button. */
export function IdText({ id, tail, className }: IdTextProps) {
  return (
    <span className={cn('inline-flex min-w-0 max-w-full items-center gap-1', className)}>
      <span title={id} className="truncate font-mono text-xs">
        {tail ? id.slice(-tail) : id}
      </span>
      <CopyButton value={id} label="Copy the id" />
    </span>
  )
}
