import type { Metadata } from 'next'
import { TaskPage } from '#components/tasks/task-page.tsx'

interface Props {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Task …${(await params).id.slice(-6)}` }
}

/** One task. */
export default async function Page({ params }: Props) {
  return <TaskPage id={decodeURIComponent((await params).id)} />
}
