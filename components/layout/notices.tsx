'use client'

import { useTheme } from 'next-themes'
import { useEffect } from 'react'
import { Toaster, toast } from 'sonner'
import { connectNotices, type Notice } from '../ui/notify.ts'

function show({ kind, title, description, action }: Notice) {
  const tell = kind === 'done' ? toast.success : toast.error
  tell(title, { description, action, duration: kind === 'done' ? 4_000 : 10_000 })
}

/** Where the notices of `notify` show up. */
export function Notices() {
  const { resolvedTheme } = useTheme()
  useEffect(() => connectNotices(show), [])
  return (
    <Toaster
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      mobileOffset={{ bottom: 72 }}
      closeButton
      toastOptions={{
        classNames: {
          toast: 'rounded-lg! border-border-strong! bg-popover! text-popover-foreground! shadow-overlay! font-sans!',
          title: 'text-sm! font-medium!',
          description: 'text-muted-foreground! text-xs!',
          success: '[&_[data-icon]]:text-ok-text!',
          error: '[&_[data-icon]]:text-bad-text!',
          closeButton: 'border-border-strong! bg-popover! text-muted-foreground!',
          actionButton: 'bg-primary! text-primary-foreground!',
        },
      }}
    />
  )
}
