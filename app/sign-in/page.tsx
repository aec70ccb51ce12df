import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { readViewer } from '#components/data/read-viewer.ts'
import { safeReturnPath } from '#components/data/safe-return-path.ts'
import { Mark } from '#components/layout/mark.tsx'
import { SignInForm } from '#components/layout/sign-in-form.tsx'

export const metadata: Metadata = { title: 'Sign in' }

/** Lets somebody in and leads them where they wanted to go. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams
  const returnTo = safeReturnPath(typeof next === 'string' ? next : null)
  if (await readViewer()) redirect(returnTo)
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-88">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark className="size-7" />
          <span className="font-semibold text-xl tracking-tight">Quarterdeck</span>
        </div>
        <div className="rounded-xl border bg-card p-5 shadow-panel sm:p-6">
          <h1 className="font-semibold text-lg">Sign in</h1>
          <p className="mt-0.5 mb-5 text-muted-foreground">The control center for your fleet of AI modules.</p>
          <SignInForm returnTo={returnTo} />
        </div>
        <p className="mt-4 px-1 text-faint-foreground text-xs">
          No account? An admin adds people under Settings. The first account was printed when the control center started
          for the first time.
        </p>
      </div>
    </main>
  )
}
