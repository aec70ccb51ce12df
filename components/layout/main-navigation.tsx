'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cn } from '../ui/cn.ts'
import { formatCompact } from '../ui/format.ts'
import { toneClasses } from '../ui/status.ts'
import { type Destination, destinations, isCurrent, settingsDestinations } from './navigation.ts'
import { type NavBadge, type NavBadges, useNavBadges } from './use-nav-badges.ts'

/** The navigation at the left edge: icons alone on middle widths, icons and names on wide ones. */
export function Sidebar() {
  const pathname = usePathname()
  const badges = useNavBadges()
  return (
    <nav
      aria-label="Main"
      className="sticky top-12 hidden h-[calc(100dvh-3rem)] w-13 shrink-0 flex-col border-r bg-sidebar p-2 md:flex xl:w-52"
    >
      <SidebarGroup items={destinations} pathname={pathname} badges={badges} />
      <div className="mt-auto border-t pt-2">
        <SidebarGroup items={settingsDestinations} pathname={pathname} badges={badges} />
      </div>
    </nav>
  )
}

interface GroupProps {
  items: readonly Destination[]
  pathname: string
  badges: NavBadges
}

function SidebarGroup({ items, pathname, badges }: GroupProps) {
  return (
    <ul className="grid gap-0.5">
      {items.map(item => {
        const current = isCurrent(item.href, pathname)
        const badge = item.badge && badges[item.badge]
        const Icon = item.icon
        return (
          <li key={item.href}>
            <Link
              href={item.href}
              title={item.label}
              aria-current={current ? 'page' : undefined}
              className={cn(
                'relative flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium text-muted-foreground transition-colors hover:bg-accent hover:text-foreground',
                current && 'bg-accent text-foreground',
              )}
            >
              <Icon aria-hidden className={cn('size-4 shrink-0', current && 'text-primary-text')} strokeWidth={1.9} />
              <span className="max-xl:sr-only">{item.label}</span>
              {badge ? <SidebarBadge badge={badge} /> : null}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}

function SidebarBadge({ badge }: { badge: NavBadge }) {
  const tone = badge.tone && toneClasses[badge.tone]
  return (
    <>
      <span
        title={badge.meaning}
        className={cn(
          'num ml-auto hidden h-4.5 min-w-4.5 place-items-center rounded-sm border px-1 text-2xs xl:grid',
          tone ? [tone.soft, tone.text, tone.line] : 'border-border text-muted-foreground',
        )}
      >
        <span aria-hidden>{formatCompact(badge.count)}</span>
        <span className="sr-only">{badge.meaning}</span>
      </span>
      {tone ? (
        <span aria-hidden className={cn('absolute top-1 right-1 size-2 rounded-full xl:hidden', tone.solid)} />
      ) : null}
    </>
  )
}
