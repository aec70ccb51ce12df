import { redirect } from 'next/navigation'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { DataProvider } from '#components/data/data-provider.tsx'
import { readRequestedPath, readViewer } from '#components/data/read-viewer.ts'
import { ViewerProvider } from '#components/data/viewer.tsx'
import { AppShell } from '#components/layout/app-shell.tsx'

/** Every page for signed-in people. Without a session it leads to the sign-in and from there back. */
export default async function DeckLayout({ children }: { children: ReactNode }) {
  const viewer = await readViewer()
  if (!viewer) redirect(`/sign-in?next=${encodeURIComponent(await readRequestedPath())}`)
  return (
    <NuqsAdapter>
      <ViewerProvider viewer={viewer}>
        <DataProvider>
          <AppShell>{children}</AppShell>
        </DataProvider>
      </ViewerProvider>
    </NuqsAdapter>
  )
}
