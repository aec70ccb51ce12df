import { cn } from './cn.ts'
import { CopyButton } from './copy-button.tsx'
import { ScrollArea } from './scroll-area.tsx'

/** A JSON value, indented, in a box that scrolls, with a copy button. */
export function JsonView({ value, label, className }: { value: unknown; label: string; className?: string }) {
  const text = JSON.stringify(value, null, 2) ?? 'null'
  return (
    <div className={cn('relative rounded-md border bg-muted/50', className)}>
      <ScrollArea label={label} className="max-h-96 p-3 pr-10">
        <pre className="text-xs leading-5">{text}</pre>
      </ScrollArea>
      <CopyButton value={text} label={`Copy: ${label}`} className="absolute top-1.5 right-1.5 bg-muted" />
    </div>
  )
}
