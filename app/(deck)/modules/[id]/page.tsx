import type { Metadata } from 'next'
import { ModulePage } from '#components/modules/module-page.tsx'

interface Props {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) }
}

/** One module. */
export default async function Page({ params }: Props) {
  return <ModulePage id={decodeURIComponent((await params).id)} />
}
