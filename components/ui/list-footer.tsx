import { Button } from './button.tsx'
import { CardFooter } from './card.tsx'
import { plural } from './format.ts'

export interface ListFooterProps {
  /** How many are loaded. */
  count: number
  /** What one of them is called. */
  noun: string
  hasMore: boolean
  isLoadingMore?: boolean
  onMore: () => void
}

/** The foot of a list that is loaded piece by piece: how much of it is here, and the rest on demand. */
export function ListFooter({ count, noun, hasMore, isLoadingMore = false, onMore }: ListFooterProps) {
  return (
    <CardFooter className="num justify-between">
      <span>{hasMore ? `${plural(count, noun)} loaded` : plural(count, noun)}</span>
      {hasMore ? (
        <Button size="sm" variant="ghost" aria-busy={isLoadingMore} onClick={onMore}>
          {isLoadingMore ? 'Loading' : 'Load more'}
        </Button>
      ) : null}
    </CardFooter>
  )
}
