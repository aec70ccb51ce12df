'use client'

import { Bookmark } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import type { ViewPage } from '#server/contracts/views.ts'
import { Button } from '../ui/button.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PopoverButton } from '../ui/popover-button.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { useViews } from './use-views.ts'
import { toViewQuery } from './view-query.ts'

const ViewPanel = onDemand(() => import('./view-panel.tsx').then(module => module.ViewPanel), {
  placeholder: () => <SkeletonRows rows={4} />,
})

/** The views of a page: opens one, keeps what is shown as one. Bears the name of the one that is shown. */
export function ViewMenu({ page, className }: { page: ViewPage; className?: string }) {
  const query = toViewQuery(useSearchParams().toString())
  const views = useViews().views?.filter(view => view.page === page)
  const shown = query === '' ? undefined : views?.find(view => toViewQuery(view.query) === query)
  return (
    <PopoverButton
      label="Views"
      className="w-80 p-0"
      button={
        <Button className={className} aria-label={shown ? `Views: ${shown.name}` : 'Views'}>
          <Bookmark aria-hidden className={shown ? 'fill-current text-primary-text' : undefined} />
          <span className="max-w-40 truncate">{shown?.name ?? 'Views'}</span>
        </Button>
      }
    >
      {close => <ViewPanel page={page} query={query} shownId={shown?.id ?? null} onDone={close} />}
    </PopoverButton>
  )
}
