'use client'

import { CircleUserRound } from 'lucide-react'
import { useState } from 'react'
import { useViewer } from '../data/viewer.tsx'
import { Button } from '../ui/button.tsx'
import { onDemand } from '../ui/on-demand.tsx'

const Panel = onDemand(() => import('./account-menu-panel.tsx').then(module => module.AccountMenuPanel), {
  placeholder: () => (
    <Button variant="ghost" size="icon" aria-label="Account" aria-busy>
      <CircleUserRound aria-hidden />
    </Button>
  ),
})

/** The menu of the signed-in person. Until it is used it is a button. */
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
      onClick={() => setUsed(true)}
    >
      <CircleUserRound aria-hidden />
    </Button>
  )
}
