'use client'

import { type ReactNode, useState } from 'react'
import { useLive } from '../data/live.tsx'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { useNoticesWanted } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { BottomBar } from './bottom-bar.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { Sidebar } from './main-navigation.tsx'
import { destinations, settingsDestinations } from './navigation.ts'
import { useShortcutListener, useShortcuts } from './shortcuts.ts'
import { TopBar } from './top-bar.tsx'
import { useGo, useLinkGuard } from './use-go.ts'
import { useTitleBadge } from './use-title-badge.ts'

const CommandPalette = onDemand(() => import('./command-palette.tsx').then(module => module.CommandPalette))
const ShortcutHelp = onDemand(() => import('./shortcut-help.tsx').then(module => module.ShortcutHelp))
const Notices = onDemand(() => import('./notices.tsx').then(module => module.Notices))

type Overlay = 'palette' | 'help' | null

/** The frame around every page of a signed-in person. */
export function AppShell({ children }: { children: ReactNode }) {
  const go = useGo()
  const noticesWanted = useNoticesWanted()
  const { toggle } = useLive()
  const [overlay, setOverlay] = useState<Overlay>(null)
  const show = (which: Overlay) => () => setOverlay(which)
  const close = () => setOverlay(null)

  useTitleBadge(useFleetPulse()?.alerts.open ?? 0)
  useShortcutListener()
  useLinkGuard()
  useShortcuts([
    { keys: 'mod k', description: 'Search or jump to', group: 'Everywhere', run: show('palette') },
    { keys: '?', description: 'Show these shortcuts', group: 'Everywhere', run: show('help') },
    { keys: 'l', description: 'Pause or resume live updates', group: 'Everywhere', run: toggle },
    ...[...destinations, ...settingsDestinations].map(({ href, label, jump }) => ({
      keys: `g ${jump}`,
      description: label,
      group: 'Go to',
      run: () => go(href),
    })),
  ])

  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-primary px-3 py-2 text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <TopBar onOpenPalette={show('palette')} onOpenHelp={show('help')} />
      <ConnectionBanner />
      <div className="flex">
        <Sidebar />
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 px-4 pt-4 pb-20 outline-none md:px-6 md:pb-8">
          {children}
        </main>
      </div>
      <BottomBar />
      {overlay === 'palette' ? <CommandPalette onClose={close} onOpenHelp={show('help')} /> : null}
      {overlay === 'help' ? <ShortcutHelp onClose={close} /> : null}
      {noticesWanted ? <Notices /> : null}
    </>
  )
}
