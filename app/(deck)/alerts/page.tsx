import type { Metadata } from 'next'
import { AlertsPage } from '#components/alerts/alerts-page.tsx'

export const metadata: Metadata = { title: 'Alerts' }

/** What is wrong, who deals with it, and the rules that say so. */
export default function Page() {
  return <AlertsPage />
}
