/** A path on this site and nothing else: what a sign-in may lead back to. Everything other becomes `/`. */
export function safeReturnPath(path: string | null | undefined): string {
  const base = 'http://here.invalid'
  if (!path?.startsWith('/') || !URL.canParse(path, base)) return '/'
  const url = new URL(path, base)
  const target = url.pathname + url.search + url.hash
  const isHere = url.origin === base && !target.startsWith('//')
  return isHere && !url.pathname.startsWith('/sign-in') ? target : '/'
}
