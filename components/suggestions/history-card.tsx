import type { SuggestionStep } from '#server/contracts/suggestions.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { Moment } from '../ui/relative-time.tsx'

/** Who did what, the last first. */
export function HistoryCard({ history }: { history: readonly SuggestionStep[] }) {
  return (
    <Card aria-labelledby="history">
      <CardHeader id="history" title="Who did what" />
      <CardContent>
        <ol className="grid gap-2.5 text-sm">
          {history.toReversed().map((step, index) => (
            <li key={`${step.at}-${history.length - index}`} className="grid gap-0.5">
              <span>
                <span className="font-medium capitalize">{step.act}</span> by {step.by.name}
              </span>
              {step.note === '' ? null : (
                <span className="text-muted-foreground text-xs wrap-anywhere">{step.note}</span>
              )}
              <span className="text-faint-foreground text-xs">
                <Moment at={step.at} full />
              </span>
            </li>
          ))}
        </ol>
      </CardContent>
    </Card>
  )
}
