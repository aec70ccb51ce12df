import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ActSpecimens } from '#components/design/act-specimens.tsx'
import { ChartSpecimens } from '#components/design/chart-specimens.tsx'
import { ControlSpecimens } from '#components/design/control-specimens.tsx'
import { FoundationSpecimens } from '#components/design/foundation-specimens.tsx'
import { StateSpecimens } from '#components/design/state-specimens.tsx'
import { Mark } from '#components/layout/mark.tsx'
import { ThemeToggle } from '#components/layout/theme-toggle.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'

export const metadata: Metadata = { title: 'Visual language' }

/** Every primitive on one page, to be looked at in both themes while working on them. Not in production. */
export default function DesignPage() {
  if (process.env.NODE_ENV === 'production') notFound()
  return (
    <main className="mx-auto max-w-6xl px-4 py-6 md:px-6">
      <PageHeader
        title={
          <span className="flex items-center gap-2.5">
            <Mark className="size-6" />
            Visual language
          </span>
        }
        description="Dense, calm, one accent; status colours only for status, and never colour alone."
        actions={<ThemeToggle />}
      />
      <div className="grid gap-4">
        <FoundationSpecimens />
        <ControlSpecimens />
        <ActSpecimens />
        <StateSpecimens />
        <ChartSpecimens />
      </div>
    </main>
  )
}
