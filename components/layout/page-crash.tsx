'use client'

import { RotateCw } from 'lucide-react'
import { Button, ButtonLink } from '../ui/button.tsx'
import { FullPageMessage } from './full-page-message.tsx'

export interface PageCrashProps {
  error: unknown
  retry: () => void
}

function digestOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'digest' in error ? String(error.digest) : null
}

/** A page threw while it was drawn. The digest finds the cause in the server's log. */
export function PageCrash({ error, retry }: PageCrashProps) {
  const digest = digestOf(error)
  return (
    <FullPageMessage
      alert
      title="This page could not be shown"
      actions={
        <>
          <Button variant="primary" onClick={retry}>
            <RotateCw aria-hidden />
            Try again
          </Button>
          <ButtonLink href="/">To the command center</ButtonLink>
        </>
      }
    >
      The fleet goes on working without it. Try again; if it stays so, tell whoever runs this control center
      {digest ? ' and give them this reference:' : '.'}
      {digest ? <code className="mt-2 block text-faint-foreground text-xs">{digest}</code> : null}
    </FullPageMessage>
  )
}
