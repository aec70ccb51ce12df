'use client'

import { Check, Copy, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { DialogBody, DialogClose, DialogFooter } from '../ui/dialog.tsx'
import { useCopy } from '../ui/use-copy.ts'

/** A new secret, to copy, with what it is for. */
export function KeySecret({ secret, usage }: { secret: string; usage: ReactNode }) {
  const { copied, copy } = useCopy()
  return (
    <>
      <DialogBody className="grid gap-3">
        <p className="flex gap-2 rounded-md border border-warn-line bg-warn-soft px-2.5 py-2 text-warn-text">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          Copy it now. It cannot be shown again: when it is lost, make another one and remove this one.
        </p>
        <output className="block select-all break-all rounded-md border bg-muted px-3 py-2 font-mono text-xs">
          {secret}
        </output>
        <p className="text-muted-foreground text-xs">{usage}</p>
      </DialogBody>
      <DialogFooter>
        <Button onClick={() => void copy(secret)}>
          {copied ? <Check aria-hidden className="text-ok-text" /> : <Copy aria-hidden />}
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <DialogClose asChild>
          <Button variant="primary">I have it</Button>
        </DialogClose>
      </DialogFooter>
    </>
  )
}
