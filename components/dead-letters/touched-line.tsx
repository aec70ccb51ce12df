import { formatCount, plural } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import type { Touched } from './use-touched.ts'

/** The most letters that one job takes; the server's limit. */
const mostPerJob = 100_000
const namedTypes = 4

/** How many letters an act touches and of which types, before it is confirmed. */
export function TouchedLine({ touched: { count, types } }: { touched: Touched }) {
  if (count === null) return <Skeleton className="h-5 w-56" />
  const named = types?.slice(0, namedTypes) ?? []
  const rest = (types?.length ?? 0) - named.length
  return (
    <p className="num">
      Touches <strong className="font-semibold">{plural(count, 'open letter')}</strong>
      {named.length > 0 ? ` of ${named.join(', ')}${rest > 0 ? ` and ${plural(rest, 'more type')}` : ''}` : null}.
      {count > mostPerJob ? ` One job takes the oldest ${formatCount(mostPerJob)}.` : null}
    </p>
  )
}
