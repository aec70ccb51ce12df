const checkEveryMs = 1_000

/** Ends this process when the one that started it is gone, however that went: nobody else would. */
export function endWithParent(): void {
  const parent = process.ppid
  const isOrphan = () => process.ppid !== parent
  setInterval(() => {
    if (isOrphan()) process.exit(1)
  }, checkEveryMs).unref()
}
