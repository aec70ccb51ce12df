/** How far a run over many things is. */
export interface BulkProgress<Item> {
  done: number
  succeeded: number
  failed: readonly { item: Item; error: unknown }[]
  /** Not begun because the run was stopped. */
  skipped: number
  isOver: boolean
}

export interface BulkRunOptions<Item> {
  items: readonly Item[]
  act: (item: Item) => Promise<unknown>
  /** How many are under way at once. */
  concurrency: number
  /** Begins no more once aborted; what is under way ends. */
  signal: AbortSignal
  onProgress: (progress: BulkProgress<Item>) => void
}

/** Does one thing to each of many; a failure stops nothing and is kept with its item. Resolves with the last progress. */
export async function runEach<Item>({
  items,
  act,
  concurrency,
  signal,
  onProgress,
}: BulkRunOptions<Item>): Promise<BulkProgress<Item>> {
  const failed: { item: Item; error: unknown }[] = []
  let begun = 0
  let succeeded = 0
  const progress = (isOver: boolean): BulkProgress<Item> => {
    const done = succeeded + failed.length
    return { done, succeeded, failed: [...failed], skipped: isOver ? items.length - done : 0, isOver }
  }
  const work = async () => {
    while (begun < items.length && !signal.aborted) {
      const item = items[begun++] as Item
      try {
        await act(item)
        succeeded += 1
      } catch (error) {
        failed.push({ item, error })
      }
      onProgress(progress(false))
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work))
  const last = progress(true)
  onProgress(last)
  return last
}
