import type { Metadata } from 'next'
import { SuggestionsPage } from '#components/suggestions/suggestions-page.tsx'

export const metadata: Metadata = { title: 'Suggestions' }

/** What could be better, for people to decide. */
export default function Page() {
  return <SuggestionsPage />
}
