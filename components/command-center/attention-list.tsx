import { CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { memo } from 'react'
import type { AttentionItem } from '#server/contracts/stats.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { plural } from '../ui/format.ts'
import { Elapsed } from '../ui/relative-time.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { statusLook, toneClasses } from '../ui/status.ts'

const severities = ['critical', 'warning', 'info'] as const

/** What is wrong or waits for a person, worst first, each with its age and the way to deal with it. */
export const AttentionList = memo(function AttentionList({ items }: { items: readonly AttentionItem[] }) {
  const counts = severities
    .map(severity => ({ severity, count: items.filter(item => item.severity === severity).length }))
    .filter(({ count }) => count > 0)
  return (
    <Card className="flex flex-col lg:h-50">
      <CardHeader
        title="Needs you"
        note={
          <span className="num flex gap-2.5">
            {counts.map(({ severity, count }) => {
              const look = statusLook('severity', severity)
              const word =
                severity === 'critical'
                  ? `${count} critical`
                  : plural(count, severity === 'info' ? 'notice' : 'warning')
              return (
                <span key={severity} className={toneClasses[look.tone].text}>
                  {word}
                </span>
              )
            })}
          </span>
        }
      />
      {items.length === 0 ? (
        <AllIsWell />
      ) : (
        <ScrollArea label="What needs you" className="min-h-0 flex-1 max-lg:max-h-80">
          <ul>
            {items.map(item => (
              <li key={item.id} className="border-b last:border-0">
                <AttentionRow item={item} />
              </li>
            ))}
          </ul>
        </ScrollArea>
      )}
    </Card>
  )
})

function AttentionRow({ item }: { item: AttentionItem }) {
  const look = statusLook('severity', item.severity)
  const Icon = look.icon
  return (
    <Link
      href={item.href}
      className="grid min-h-9 grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-2.5 px-4 py-1.5 transition-colors hover:bg-muted/60 focus-visible:-outline-offset-2 sm:grid-cols-[auto_minmax(0,auto)_minmax(0,1fr)_auto]"
    >
      <Icon aria-label={look.label} className={cn('size-4', toneClasses[look.tone].text)} strokeWidth={2.1} />
      <span className="truncate font-medium">{item.title}</span>
      <span
        className="truncate text-muted-foreground max-sm:order-last max-sm:col-span-2 max-sm:col-start-2"
        title={item.detail}
      >
        {item.detail}
      </span>
      <Elapsed since={item.since} className="text-right text-muted-foreground text-xs" />
    </Link>
  )
}

function AllIsWell() {
  return (
    <div className="flex flex-1 items-center justify-center gap-3 px-4 py-6">
      <CircleCheck aria-hidden className="size-7 text-ok-text" strokeWidth={1.6} />
      <div>
        <p className="font-medium">All is well</p>
        <p className="text-muted-foreground">Nothing is wrong, and nothing waits for you.</p>
      </div>
    </div>
  )
}
