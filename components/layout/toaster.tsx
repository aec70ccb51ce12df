'use client'

import { useTheme } from 'next-themes'
import { Toaster as Sonner } from 'sonner'

/** Where `toast` of sonner shows up: for the outcome of an act, never for what somebody must not miss. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      mobileOffset={{ bottom: 72 }}
      toastOptions={{
        classNames: {
          toast: 'rounded-lg! border-border-strong! bg-popover! text-popover-foreground! shadow-overlay! font-sans!',
          title: 'text-sm! font-medium!',
          description: 'text-muted-foreground! text-xs!',
        },
      }}
    />
  )
}
