'use client'

import { CircleUserRound } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useViewer } from '../data/viewer.tsx'
import { Button } from '../ui/button.tsx'

const load = () => import('./account-menu-panel.tsx').then(module => module.AccountMenuPanel)

/** The menu of the signed-in person. Until it is used it is a button; the menu comes when the pointer or focus does. */
export function AccountMenu() {
  const { name } = useViewer()
  const [used, setUsed] = useState(false)
  if (used) return <Panel />
  return (
    <Button
      variant="ghost"
      size="icon"
      aria-haspopup="menu"
      aria-label={`Account: ${name}`}
      title={name}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setUsed(true)}
    >
      <CircleUserRound aria-hidden />
    </Button>
  )
}

const Panel = dynamic(load, {
  ssr: false,
  loading: () => (
    <Button variant="ghost" size="icon" aria-label="Account" aria-busy>
      <CircleUserRound aria-hidden />
    </Button>
  ),
})
