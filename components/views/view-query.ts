/** Parts of an address that say what lies open over a list, not what the list shows. */
const passing = ['open', 'event', 'letter', 'alert']

/** What a view keeps of an address: all but what is passing, in an order of its own, so that equal views have equal text. */
export function toViewQuery(address: URLSearchParams | string): string {
  const query = new URLSearchParams(address)
  for (const key of passing) query.delete(key)
  query.sort()
  return query.toString()
}
