'use client'

/** Ends the session and leaves for the sign-in page. Resolves to words only when it failed. */
export async function signOut(): Promise<string | null> {
  const failure = 'Signing out did not reach the control center. You are still signed in; try again.'
  try {
    const answer = await fetch('/api/auth/sign-out', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    if (!answer.ok) return failure
  } catch {
    return failure
  }
  window.location.assign('/sign-in')
  return null
}
