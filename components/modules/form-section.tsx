import type { ReactNode } from 'react'

/** A titled part of a long form. */
export function FormSection({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="border-t py-4 first:border-t-0 first:pt-0 last:pb-0">
      <h3 className="font-semibold">{title}</h3>
      {note ? <p className="text-muted-foreground text-xs">{note}</p> : null}
      <div className="mt-3">{children}</div>
    </section>
  )
}
