'use client'

import { Ellipsis, type LucideIcon } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cn } from '../ui/cn.ts'
import { formatCompact } from '../ui/format.ts'
import { PopoverButton } from '../ui/popover-button.tsx'
import { toneClasses } from '../ui/status.ts'
import { destinations, isCurrent, settingsDestinations } from './navigation.ts'
import { type NavBadge, type NavBadges, useNavBadges } from './use-nav-badges.ts'

/** So many pages stand in the bar; the others are behind its last place. */
const inBar = 4
const first = destinations.slice(0, inBar)
const others = [...destinations.slice(inBar), ...settingsDestinations]

const place =
  'relative flex h-14 w-full flex-col items-center justify-center gap-1 font-medium text-2xs text-muted-foreground'

/** The navigation of phones, along the lower edge. */
export function BottomBar() {
  const pathname = usePathname()
  const badges = useNavBadges()
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 border-t bg-sidebar pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid grid-cols-5">
        {first.map(({ href, shortLabel, icon, badge }) => {
          const current = isCurrent(href, pathname)
          return (
            <li key={href}>
              <Link
                href={href}
                aria-current={current ? 'page' : undefined}
                className={cn(place, current && 'text-foreground')}
              >
                <PlaceIcon icon={icon} current={current} badge={badge && badges[badge]} />
                {shortLabel}
              </Link>
            </li>
          )
        })}
        <li>
          <OtherPages pathname={pathname} badges={badges} />
        </li>
      </ul>
    </nav>
  )
}

/** The pages that have no place in the bar; the last place names the one that is open. */
function OtherPages({ pathname, badges }: { pathname: string; badges: NavBadges }) {
  const open = others.find(({ href }) => isCurrent(href, pathname))
  // Under the name of a page a figure of another one would be taken for its own.
  const shown = (open ? [open] : others).map(({ badge }) => badge && badges[badge]).find(badge => badge?.tone)
  return (
    <PopoverButton
      label="Other pages"
      className="w-56 p-1"
      button={
        <button
          type="button"
          aria-label={open ? `${open.shortLabel}, more pages` : 'More pages'}
          className={cn(place, open && 'text-foreground')}
        >
          <PlaceIcon icon={open?.icon ?? Ellipsis} current={open !== undefined} badge={shown} />
          {open?.shortLabel ?? 'More'}
        </button>
      }
    >
      {close => (
        <ul>
          {others.map(({ href, label, icon: Icon, badge }) => {
            const current = isCurrent(href, pathname)
            const figure = badge && badges[badge]
            return (
              <li key={href}>
                <Link
                  href={href}
                  onClick={close}
                  aria-current={current ? 'page' : undefined}
                  className={cn(
                    'flex h-11 items-center gap-3 rounded-md px-3 font-medium text-muted-foreground',
                    current && 'bg-accent text-foreground',
                  )}
                >
                  <Icon
                    aria-hidden
                    className={cn('size-4 shrink-0', current && 'text-primary-text')}
                    strokeWidth={1.9}
                  />
                  {label}
                  {figure ? <span className="ml-auto text-2xs">{figure.meaning}</span> : null}
                </Link>
              </li>
            )
          })}
        </ul>
      )}
    </PopoverButton>
  )
}

function PlaceIcon({
  icon: Icon,
  current,
  badge,
}: {
  icon: LucideIcon
  current: boolean
  badge: NavBadge | null | undefined
}) {
  return (
    <span className="relative">
      <Icon aria-hidden className={cn('size-5', current && 'text-primary-text')} strokeWidth={1.8} />
      {badge?.tone ? (
        <span
          className={cn(
            'num absolute -top-1.5 left-3 grid h-4 min-w-4 place-items-center rounded-full border px-1 text-2xs leading-none',
            toneClasses[badge.tone].soft,
            toneClasses[badge.tone].text,
            toneClasses[badge.tone].line,
          )}
        >
          <span aria-hidden>{formatCompact(badge.count)}</span>
          <span className="sr-only">{badge.meaning}</span>
        </span>
      ) : null}
    </span>
  )
}
