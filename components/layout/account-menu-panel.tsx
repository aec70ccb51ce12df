'use client'

import { CircleUserRound, LogOut, Settings } from 'lucide-react'
import Link from 'next/link'
import { useTheme } from 'next-themes'
import { useState } from 'react'
import { setClockZone, useClockZone } from '../data/use-clock-zone.ts'
import { useViewer } from '../data/viewer.tsx'
import { Button } from '../ui/button.tsx'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx'
import { signOut } from './sign-out.ts'

/** Who is signed in, how they like to see things, and the way out. Open from the start. */
export function AccountMenuPanel() {
  const viewer = useViewer()
  const { theme, setTheme } = useTheme()
  const zone = useClockZone()
  const [failure, setFailure] = useState<string | null>(null)
  const leave = (event: Event) => {
    event.preventDefault()
    setFailure(null)
    void signOut().then(setFailure)
  }
  return (
    <DropdownMenu defaultOpen>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={`Account: ${viewer.name}`} title={viewer.name}>
          <CircleUserRound aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-60">
        <div className="px-2 py-1.5">
          <div className="truncate font-medium">{viewer.name}</div>
          <div className="truncate text-muted-foreground text-xs">{viewer.email}</div>
          <div className="mt-1 text-faint-foreground text-xs">Role: {viewer.role ?? 'service'}</div>
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Theme</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme ?? 'system'} onValueChange={setTheme}>
          <DropdownMenuRadioItem value="system">As the system</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="dark">Dark</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="light">Light</DropdownMenuRadioItem>
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Times</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={zone} onValueChange={chosen => setClockZone(chosen === 'utc' ? 'utc' : 'local')}>
          <DropdownMenuRadioItem value="local">Of this browser</DropdownMenuRadioItem>
          <DropdownMenuRadioItem value="utc">UTC</DropdownMenuRadioItem>
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem asChild className="md:hidden">
          <Link href="/settings">
            <Settings aria-hidden />
            Settings
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={leave}>
          <LogOut aria-hidden />
          Sign out
        </DropdownMenuItem>
        {failure ? (
          <p role="alert" className="px-2 py-1.5 text-bad-text text-xs">
            {failure}
          </p>
        ) : null}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
