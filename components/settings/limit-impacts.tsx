import type { PreviewImpact } from '#server/contracts/impact.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import type { PolicyDifference } from './policy-edit.ts'

/** Shown at once; more would bury the way to save. */
const mostShown = 2

/** What the limits that were made narrower would touch, before they are saved. */
export function LimitImpacts({ differences }: { differences: readonly PolicyDifference[] }) {
  const narrower = differences.flatMap(difference => {
    const input = previewOf(difference)
    return input === null ? [] : [{ input, name: difference.type === '' ? 'everything together' : difference.type }]
  })
  if (narrower.length === 0) return null
  return (
    <ScrollArea label="What the limits touch" className="grid max-h-72 w-full gap-3">
      {narrower.slice(0, mostShown).map(({ input, name }) => (
        <div key={`${input.act} ${name}`}>
          <h3 className="mb-1.5 font-semibold">The limit of {name}</h3>
          <ImpactPanel input={input} />
        </div>
      ))}
      {narrower.length > mostShown ? (
        <p className="text-muted-foreground">
          And {narrower.length - mostShown} more; save them one after another to see.
        </p>
      ) : null}
    </ScrollArea>
  )
}

/** Null for what takes no room away. */
function previewOf({ map, type, before, after }: PolicyDifference): PreviewImpact | null {
  if (after === undefined || (before !== undefined && after >= before)) return null
  if (map === 'typeLimits') return { act: 'limit_type', type, limit: after }
  if (map === 'moduleLimits') return { act: 'limit_module', moduleId: type, limit: after }
  return map === 'tenantLimit' ? { act: 'limit_tenant', limit: after } : null
}
