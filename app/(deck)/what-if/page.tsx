import type { Metadata } from 'next'
import { WhatIfPage } from '#components/what-if/what-if-page.tsx'

export const metadata: Metadata = { title: 'What if?' }

/** What a change of the configuration would have done to recorded traffic. */
export default function Page() {
  return <WhatIfPage />
}
