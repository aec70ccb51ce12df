import { Button } from './button.tsx'
import { CardFooter } from './card.tsx'
import { plural } from './format.ts'

export interface ListFooterProps {
  /** How many are loaded. */
  count: number
  /** What one of them is called. */
  noun: string
  /** The list, as the hooks of lists give it. */
  list: { hasMore: boolean; isLoadingMore?: boolean; loadMore: () => void }
}

/** The foot of a list that is loaded piece by piece: how much of it is here, and the rest on demand. */
export function ListFooter({ count, noun, list: { hasMore, isLoadingMore = false, loadMore } }: ListFooterProps) {
  return (
    <CardFooter className="num justify-between">
      <span>{hasMore ? `${plural(count, noun)} loaded` : plural(count, noun)}</span>
      {hasMore ? (
        <Button size="sm" variant="ghost" aria-busy={isLoadingMore} onClick={loadMore}>
          {isLoadingMore ? 'Loading' : 'Load more'}
        </Button>
      ) : null}
    </CardFooter>
  )
}
