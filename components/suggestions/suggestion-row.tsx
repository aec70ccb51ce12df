import Link from 'next/link'
import { memo } from 'react'
import type { SuggestionSummary } from '#server/contracts/suggestions.ts'
import { cn } from '../ui/cn.ts'
import { formatPercent } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps } from '../ui/row-props.ts'
import { statusLook, toneClasses } from '../ui/status.ts'
import { StatusText } from '../ui/status-badge.tsx'
import { effectName, formatFigure } from './words.ts'

export interface SuggestionRowProps {
  suggestion: SuggestionSummary
  /** Who it comes from, in words. */
  from: string
  index: number
  isActive: boolean
}

/** One suggestion of the inbox. */
export const SuggestionRow = memo(function SuggestionRow({ suggestion, from, index, isActive }: SuggestionRowProps) {
  const { id, title, priority, status, verdict, expected, adjustedConfidence, isAdvice, updatedAt } = suggestion
  const look = statusLook('urgency', priority)
  const Icon = look.icon
  return (
    <li {...listRowProps(index, isActive)} className="data-active:bg-accent">
      <Link
        href={`/suggestions/${id}`}
        className="grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 transition-colors hover:bg-muted/60 focus-visible:-outline-offset-2"
      >
        <Icon aria-label={look.label} className={cn('size-4', toneClasses[look.tone].text)} strokeWidth={2.1} />
        <span className="min-w-0">
          <span className="block truncate font-medium max-md:whitespace-normal">{title}</span>
          {expected ? (
            <span className="num block truncate text-muted-foreground text-xs">
              {effectName(expected)}: {formatFigure(expected.from, expected.unit)} →{' '}
              {formatFigure(expected.to, expected.unit)}
            </span>
          ) : null}
          <span className="flex flex-wrap gap-x-2 text-faint-foreground text-xs">
            <span>{from}</span>
            {adjustedConfidence === null ? null : <span className="num">{formatPercent(adjustedConfidence)} sure</span>}
            {isAdvice ? <span>for people to do</span> : null}
            {status === 'open' ? null : <StatusText of="suggestion" status={status} />}
            {verdict === null ? null : <StatusText of="verdict" status={verdict} />}
          </span>
        </span>
        <RelativeTime at={updatedAt} className="text-muted-foreground text-xs" />
      </Link>
    </li>
  )
})
