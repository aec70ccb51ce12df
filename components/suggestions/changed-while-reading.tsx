import { TriangleAlert } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { changesOf, type Read } from './changed-words.ts'

/** Says what has changed since somebody began to read, and lets them look at it before they go on. */
export function ChangedWhileReading(props: { read: Read; present: Read; onLook: () => void }) {
  const { read, present, onLook } = props
  return (
    <div role="alert" className="grid gap-2 rounded-md border border-warn-line bg-warn-soft px-3 py-2 text-sm">
      <p className="flex items-center gap-2 font-medium">
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn-text" />
        This has changed while you were reading.
      </p>
      <ul className="num grid gap-1 wrap-anywhere">
        {changesOf(read, present).map(change => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <Button size="sm" className="justify-self-start" onClick={onLook}>
        I have seen it
      </Button>
    </div>
  )
}
