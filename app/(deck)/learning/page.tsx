import type { Metadata } from 'next'
import { LearningPage } from '#components/learning/learning-page.tsx'

export const metadata: Metadata = { title: 'Learning' }

/** What was learned of the fleet's services, what choosing by it costs, and what is remembered. */
export default function Page() {
  return <LearningPage />
}
