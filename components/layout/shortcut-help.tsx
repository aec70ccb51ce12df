'use client'

import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { useRegisteredShortcuts } from './shortcuts.ts'

/** Every shortcut that works here and now. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const groups = Map.groupBy(useRegisteredShortcuts(), shortcut => shortcut.group)
  return (
    <Dialog open onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogContent title="Keyboard shortcuts" className="max-w-2xl">
        <DialogBody className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
          {[...groups].map(([group, shortcuts]) => (
            <section key={group}>
              <h3 className="mb-1.5 font-medium text-faint-foreground text-xs">{group}</h3>
              <ul className="grid gap-1">
                {shortcuts.map(({ keys, description }) => (
                  <li key={keys} className="flex items-center justify-between gap-4">
                    {description}
                    <Kbd keys={keys} />
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </DialogBody>
      </DialogContent>
    </Dialog>
  )
}
