'use client'

import { CircleHelp, Search } from 'lucide-react'
import Link from 'next/link'
import { Button } from '../ui/button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { AccountMenu } from './account-menu.tsx'
import { FleetPill } from './fleet-pill.tsx'
import { LiveToggle } from './live-toggle.tsx'
import { Mark } from './mark.tsx'
import { ThemeToggle } from './theme-toggle.tsx'

export interface TopBarProps {
  onOpenPalette: () => void
  onOpenHelp: () => void
}

/** The bar over every page: the mark, the state of the fleet and of the connection, search, account. */
export function TopBar({ onOpenPalette, onOpenHelp }: TopBarProps) {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-sidebar pr-2 pl-3 md:pr-3 md:pl-4">
      <Link href="/" aria-label="Quarterdeck, to the command center" className="flex items-center gap-2 xl:w-52">
        <Mark className="size-5" />
        <span className="font-semibold text-base tracking-tight max-md:hidden">Quarterdeck</span>
      </Link>
      <FleetPill />
      <div className="ml-auto flex items-center gap-1">
        <button
          type="button"
          onClick={onOpenPalette}
          className="mr-1 hidden h-8 w-60 items-center gap-2 rounded-md border border-input bg-card px-2.5 text-muted-foreground transition-colors hover:border-border-strong lg:flex"
        >
          <Search aria-hidden className="size-3.5" />
          Search or jump to
          <Kbd keys="mod k" className="ml-auto" />
        </button>
        <Button
          variant="ghost"
          size="icon"
          className="lg:hidden"
          aria-label="Search or jump to"
          onClick={onOpenPalette}
        >
          <Search aria-hidden />
        </Button>
        <LiveToggle />
        <ThemeToggle className="max-md:hidden" />
        <Button
          variant="ghost"
          size="icon"
          className="max-md:hidden"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={onOpenHelp}
        >
          <CircleHelp aria-hidden />
        </Button>
        <AccountMenu />
      </div>
    </header>
  )
}
