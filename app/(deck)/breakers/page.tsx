import type { Metadata } from 'next'
import { BreakersPage } from '#components/breakers/breakers-page.tsx'

export const metadata: Metadata = { title: 'Breakers' }

/** Every circuit breaker of the fleet. */
export default function Page() {
  return <BreakersPage />
}
