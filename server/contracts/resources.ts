/** What a call uses or may use. */
export interface Resources {
  /** Cores. */
  cpu: number
  /** Megabytes. */
  memoryMb: number
}

/** Whether anything is needed at all. */
export function needsResources({ cpu, memoryMb }: Resources): boolean {
  return cpu > 0 || memoryMb > 0
}

/** `2 cores and 512 MB`, with only what is not zero; `nothing` when all is. */
export function describeResources({ cpu, memoryMb }: Resources): string {
  const parts = [
    ...(cpu > 0 ? [`${cpu} ${cpu === 1 ? 'core' : 'cores'}`] : []),
    ...(memoryMb > 0 ? [`${memoryMb} MB`] : []),
  ]
  return parts.join(' and ') || 'nothing'
}
