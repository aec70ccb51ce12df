import type { ModuleView } from '#server/contracts/modules.ts'
import { describeResources, needsResources } from '#server/contracts/resources.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { formatSetting, plural } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { strategyLooks } from './strategies.ts'

/** How the module's calls are spread, guarded and tried again. */
export function ConfigurationCard({ module }: { module: ModuleView }) {
  const {
    breakerConfig,
    retryPolicy,
    strategy,
    preference,
    resources,
    driver,
    bodyStyle,
    configVersion,
    updatedAt,
    registeredAt,
  } = module
  const { backoff, baseMs, factor, capMs, maxAttempts, retryOn } = retryPolicy
  const growth = backoff === 'exponential' ? `× ${factor}` : `+ ${formatSetting(baseMs)}`
  return (
    <Card>
      <CardHeader title="Configuration" note={<span className="num">version {configVersion}</span>} />
      <CardContent>
        <DefinitionList
          className="num"
          items={[
            {
              term: 'Strategy',
              value: <span title={strategyLooks[strategy].meaning}>{strategyLooks[strategy].label}</span>,
            },
            { term: 'Preference', value: String(preference) },
            {
              term: 'Each call may use',
              value: needsResources(resources) ? describeResources(resources) : 'not declared',
            },
            {
              term: 'Called by',
              value:
                driver === 'local'
                  ? 'a function of the server'
                  : `HTTP, ${bodyStyle === 'envelope' ? 'module protocol' : 'payload alone'}`,
            },
            { term: 'Breaker opens', value: `after ${plural(breakerConfig.failureThreshold, 'failure')} in a row` },
            { term: 'First probe', value: `after ${formatSetting(breakerConfig.openMs)}` },
            { term: 'Closes', value: `after ${plural(breakerConfig.successThreshold, 'good probe')}` },
            { term: 'Call limit', value: formatSetting(breakerConfig.callTimeoutMs) },
            { term: 'Attempts', value: `at most ${maxAttempts}` },
            { term: 'Retries after', value: `${formatSetting(baseMs)} ${growth}, at most ${formatSetting(capMs)}` },
            {
              term: 'Retries on',
              value:
                retryOn.length === 0 ? 'nothing by itself' : retryOn.map(name => name.replaceAll('_', ' ')).join(', '),
            },
            { term: 'Changed', value: <RelativeTime at={updatedAt} /> },
            { term: 'Registered', value: <RelativeTime at={registeredAt} /> },
          ]}
        />
      </CardContent>
    </Card>
  )
}
