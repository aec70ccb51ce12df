import type { Metadata } from 'next'
import { CommandCenter } from '#components/command-center/command-center.tsx'

export const metadata: Metadata = { title: 'Command center' }

/** The first screen. */
export default function Page() {
  return <CommandCenter />
}
