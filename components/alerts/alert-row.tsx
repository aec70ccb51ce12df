import { memo } from 'react'
import type { AlertView } from '#server/contracts/alerts.ts'
import { cn } from '../ui/cn.ts'
import { Elapsed, RelativeTime } from '../ui/relative-time.tsx'
import { listRowProps } from '../ui/row-props.ts'
import { statusLook, toneClasses } from '../ui/status.ts'
import { StatusText } from '../ui/status-badge.tsx'

export interface AlertRowProps {
  alert: AlertView
  index: number
  isActive: boolean
  onOpen: (id: string) => void
}

/** One alert of the inbox. */
export const AlertRow = memo(function AlertRow({ alert, index, isActive, onOpen }: AlertRowProps) {
  const { id, severity, title, detail, since, state, acknowledgedBy, silencedBy, resolvedAt } = alert
  const look = statusLook('severity', severity)
  const Icon = look.icon
  return (
    <li {...listRowProps(index, isActive)} className="data-active:bg-accent">
      <button
        type="button"
        onClick={() => onOpen(id)}
        className="grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 text-left transition-colors hover:bg-muted/60 focus-visible:-outline-offset-2"
      >
        <Icon aria-label={look.label} className={cn('size-4', toneClasses[look.tone].text)} strokeWidth={2.1} />
        <span className="min-w-0">
          <span className="block truncate font-medium">{title}</span>
          <span className="block truncate text-muted-foreground text-xs">{detail}</span>
          <span className="flex flex-wrap gap-x-2 text-faint-foreground text-xs">
            <span>{alert.ruleName}</span>
            {state === 'open' ? null : (
              <span className="inline-flex items-center gap-1">
                <StatusText of="alert" status={state} />
                {state === 'acknowledged' && acknowledgedBy ? `by ${acknowledgedBy}` : ''}
                {silencedBy ? `by ${silencedBy.by}` : ''}
              </span>
            )}
          </span>
        </span>
        {resolvedAt === null ? (
          <Elapsed since={since} className="text-muted-foreground text-xs" />
        ) : (
          <RelativeTime at={resolvedAt} className="text-muted-foreground text-xs" />
        )}
      </button>
    </li>
  )
})
