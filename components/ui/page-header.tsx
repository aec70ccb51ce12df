import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'

export interface PageHeaderProps {
  title: ReactNode
  /** One sentence, or the key facts of the thing in a row. */
  description?: ReactNode
  /** Where it lies: links from the top down, without the page itself. */
  trail?: { href: string; label: string }[]
  /** Badges beside the title. */
  badges?: ReactNode
  actions?: ReactNode
}

/** The head of a page: where it lies, what it is, what can be done. Holds the only `h1`. */
export function PageHeader({ title, description, trail, badges, actions }: PageHeaderProps) {
  return (
    <div className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-64">
        {trail?.length ? (
          <nav aria-label="Breadcrumb" className="mb-1 flex items-center gap-1 text-faint-foreground text-xs">
            {trail.map(({ href, label }) => (
              <span key={href} className="flex items-center gap-1">
                <Link href={href} className="hover:text-foreground hover:underline">
                  {label}
                </Link>
                <ChevronRight aria-hidden className="size-3" />
              </span>
            ))}
          </nav>
        ) : null}
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <h1 className="min-w-0 truncate font-semibold text-xl tracking-tight">{title}</h1>
          {badges}
        </div>
        {description ? <div className="mt-0.5 text-muted-foreground">{description}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
  )
}
