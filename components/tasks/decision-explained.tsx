import type { DecisionView, ServiceChoice } from '#server/contracts/decisions.ts'
import { ruleWords } from '../learning/words.ts'
import { strategyLooks } from '../modules/strategies.ts'
import { DefinitionList } from '../ui/definition-list.tsx'
import { formatPercent, plural } from '../ui/format.ts'
import { CandidateTable } from './candidate-table.tsx'

/** A stored decision in words and figures: what was chosen, how surely, why, and out of what. */
export function DecisionExplained({ decision }: { decision: DecisionView }) {
  const { moduleId, instanceId, strategy, confidence, probability, choice, reasons, fallbacks } = decision
  return (
    <div className="pb-1">
      <div className="grid gap-x-8 gap-y-3 px-4 pt-1 pb-3 pl-11 md:grid-cols-2 max-md:pl-4">
        <DefinitionList
          className="num content-start"
          items={[
            { term: 'Chosen', value: moduleId === null ? 'nothing' : `${moduleId} (${instanceId ?? 'no instance'})` },
            ...(choice ? [{ term: 'Decided by', value: <RuleName choice={choice} /> }] : []),
            { term: 'Strategy', value: strategy === null ? '–' : strategyLooks[strategy].label },
            {
              term: 'Confidence',
              value: (
                <span title="In the decision, from the evidence behind it; not the chance that the call succeeds">
                  {formatPercent(confidence)}
                </span>
              ),
            },
            ...(choice
              ? [
                  {
                    term: 'Expected success',
                    value: (
                      <span title="Share of its calls that is expected to succeed">
                        {formatPercent(choice.expectedSuccess)}
                      </span>
                    ),
                  },
                  {
                    term: 'Service chosen with',
                    value: (
                      <span title="How likely this module was to be chosen among those that could take the call">
                        {formatPercent(choice.probability)} of {plural(choice.options, 'option')}
                      </span>
                    ),
                  },
                ]
              : []),
            {
              term: 'Probability',
              value: (
                <span title="That exactly this instance is chosen in this situation">{formatPercent(probability)}</span>
              ),
            },
            { term: 'Then', value: fallbacks.length > 0 ? fallbacks.join(', ') : 'no fallback' },
          ]}
        />
        <div>
          <h3 className="mb-1 text-muted-foreground">Because</h3>
          <ul className="grid list-disc gap-1 pl-4 marker:text-faint-foreground">
            {reasons.map(reason => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      </div>
      {decision.candidates.length > 0 ? (
        <div className="border-t">
          <CandidateTable decision={decision} />
        </div>
      ) : null}
    </div>
  )
}

function RuleName({ choice: { rule, isExplored } }: { choice: ServiceChoice }) {
  const { label, meaning } = ruleWords[rule]
  return (
    <span title={meaning}>
      {label}
      {isExplored ? ', exploring another one' : ''}
    </span>
  )
}
