import type { LucideIcon } from 'lucide-react'
import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import { cn } from '../ui/cn.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { type Tone, toneClasses } from '../ui/status.ts'

/** One thing that an act would touch. */
export function Finding({ icon: Icon, tone, children }: { icon: LucideIcon; tone?: Tone; children: ReactNode }) {
  const look = tone && toneClasses[tone]
  return (
    <li className={cn('flex gap-2 rounded-md border px-2.5 py-2', look && [look.soft, look.line, look.text])}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </li>
  )
}

/** Modules in a sentence, each a link. */
export function ModuleNames({ ids }: { ids: readonly string[] }) {
  return inSentence(ids, id => (
    <Link href={`/modules/${id}`} prefetch={false} className="font-medium underline underline-offset-2">
      {id}
    </Link>
  ))
}

/** Task types in a sentence. */
export function TypeNames({ types }: { types: readonly string[] }) {
  return inSentence(types, type => <code className="text-xs">{type}</code>)
}

function inSentence(items: readonly string[], render: (item: string) => ReactNode): ReactNode {
  return items.map((item, index) => (
    <Fragment key={item}>
      {index > 0 ? (index === items.length - 1 ? ' and ' : ', ') : null}
      {render(item)}
    </Fragment>
  ))
}

/** Holds the room of what an act touches while it is looked up. */
export function ImpactSkeleton() {
  return (
    <div role="status" aria-label="Looking up what this touches" className="grid gap-2">
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
    </div>
  )
}
