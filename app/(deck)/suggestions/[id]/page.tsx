import type { Metadata } from 'next'
import { SuggestionPage } from '#components/suggestions/suggestion-page.tsx'

interface Props {
  params: Promise<{ id: string }>
}

export const metadata: Metadata = { title: 'Suggestion' }

/** One suggestion: what it stands on, what it would change, and what became of it. */
export default async function Page({ params }: Props) {
  return <SuggestionPage id={decodeURIComponent((await params).id)} />
}
