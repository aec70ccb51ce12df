import type { Metadata } from 'next'
import { PageMissing } from '#components/layout/page-missing.tsx'

export const metadata: Metadata = { title: 'Not found' }

/** For addresses that no page has. */
export default function NotFound() {
  return (
    <main>
      <PageMissing />
    </main>
  )
}
