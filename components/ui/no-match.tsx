import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'

export interface NoMatchProps {
  icon: LucideIcon
  /** What is not there, such as `No task matches`. */
  title: string
  onClear: () => void
  /** What else would bring some; without it, that new ones come by themselves. */
  children?: ReactNode
  className?: string
}

/** A list whose filters leave nothing of it. */
export function NoMatch({
  icon,
  title,
  onClear,
  children = 'New ones that match appear here by themselves.',
  className = '',
}: NoMatchProps) {
  return (
    <EmptyState
      icon={icon}
      title={title}
      className={className}
      actions={<Button onClick={onClear}>Clear the filters</Button>}
    >
      {children}
    </EmptyState>
  )
}
