import type { ImpactPreview } from '#server/contracts/impact.ts'

/** Whether tasks of some type would find nobody to do them: an act that large is confirmed by typing. */
export function stopsWork({ types }: ImpactPreview): boolean {
  return types.some(({ outcome }) => outcome === 'waits')
}
