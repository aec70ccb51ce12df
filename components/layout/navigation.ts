import {
  Activity,
  BellRing,
  Boxes,
  Brain,
  FlaskConical,
  Gauge,
  HeartPulse,
  Lightbulb,
  ListTree,
  type LucideIcon,
  MailWarning,
  ScrollText,
  Settings,
  Zap,
} from 'lucide-react'

/** A place in the navigation. */
export interface Destination {
  href: string
  label: string
  /** For the narrow bar on phones. */
  shortLabel: string
  icon: LucideIcon
  /** Pressed after `g`. */
  jump: string
  /** Which live figure stands beside it. */
  badge: 'attention' | 'modules' | 'tasks' | 'deadLetters' | 'breakers' | 'alerts' | 'suggestions' | null
}

/** Every page with a place in the navigation, in order. */
export const destinations: readonly Destination[] = [
  { href: '/', label: 'Command center', shortLabel: 'Deck', icon: Gauge, jump: 'c', badge: 'attention' },
  { href: '/alerts', label: 'Alerts', shortLabel: 'Alerts', icon: BellRing, jump: 'a', badge: 'alerts' },
  { href: '/modules', label: 'Modules', shortLabel: 'Modules', icon: Boxes, jump: 'm', badge: 'modules' },
  { href: '/tasks', label: 'Tasks', shortLabel: 'Tasks', icon: ListTree, jump: 't', badge: 'tasks' },
  {
    href: '/dead-letters',
    label: 'Dead letters',
    shortLabel: 'Letters',
    icon: MailWarning,
    jump: 'd',
    badge: 'deadLetters',
  },
  { href: '/breakers', label: 'Breakers', shortLabel: 'Breakers', icon: Zap, jump: 'b', badge: 'breakers' },
  { href: '/health', label: 'Health', shortLabel: 'Health', icon: HeartPulse, jump: 'h', badge: null },
  { href: '/learning', label: 'Learning', shortLabel: 'Learning', icon: Brain, jump: 'l', badge: null },
  {
    href: '/suggestions',
    label: 'Suggestions',
    shortLabel: 'Suggest',
    icon: Lightbulb,
    jump: 'u',
    badge: 'suggestions',
  },
  { href: '/what-if', label: 'What if?', shortLabel: 'What if?', icon: FlaskConical, jump: 'w', badge: null },
  { href: '/events', label: 'Events', shortLabel: 'Events', icon: Activity, jump: 'e', badge: null },
]

/** Pages about the installation rather than the fleet; below the others. */
export const settingsDestinations: readonly Destination[] = [
  { href: '/audit', label: 'Audit', shortLabel: 'Audit', icon: ScrollText, jump: 'i', badge: null },
  { href: '/settings', label: 'Settings', shortLabel: 'Settings', icon: Settings, jump: 's', badge: null },
]

/** Whether `pathname` is the destination or lies under it. */
export function isCurrent(href: string, pathname: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`)
}
