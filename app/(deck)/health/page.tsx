import type { Metadata } from 'next'
import { HealthPage } from '#components/health/health-page.tsx'

export const metadata: Metadata = { title: 'Health' }

/** How the fleet is, how its score was made, and how it was before. */
export default function Page() {
  return <HealthPage />
}
