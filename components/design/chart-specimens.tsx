import { BarList, Legend, StackedBar } from '../charts/bars.tsx'
import { HealthHistoryChart, LatencyChart, ThroughputChart } from '../charts/time-charts.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { bandOfScore } from '../ui/status.ts'
import { wave } from './wave.ts'

const start = Date.UTC(2026, 10, 21, 12)
const moment = (index: number, stepMs: number) => new Date(start + index * stepMs).toISOString()

const failed = wave(120, 2, 2).map(value => Math.max(0, value))
const throughput = wave(120, 38, 9).map((accepted, index) => ({
  at: moment(index, 1_000),
  accepted,
  succeeded: accepted * 0.94,
  failed: failed[index] ?? 0,
}))
const latency = wave(60, 80, 25).map((p50Ms, index) => ({
  at: moment(index, 5_000),
  p50Ms: index > 20 && index < 26 ? null : p50Ms,
  p95Ms: index > 20 && index < 26 ? null : p50Ms * 2.4,
}))
const history = wave(100, 82, 19).map((value, index) => {
  const score = Math.min(100, value)
  return { at: moment(index, 60_000), score, status: bandOfScore(score) }
})

/** Every chart, on figures made for this page. */
export function ChartSpecimens() {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Card>
        <CardHeader title="Throughput" note="tasks per second" />
        <CardContent>
          <Legend
            className="mb-2"
            segments={[
              { name: 'Succeeded', value: 36, fill: 'ok' },
              { name: 'Failed', value: 2, fill: 'bad' },
            ]}
          />
          <ThroughputChart points={throughput} />
        </CardContent>
      </Card>
      <Card>
        <CardHeader title="Latency" note="successful calls" />
        <CardContent>
          <LatencyChart points={latency} />
        </CardContent>
      </Card>
      <Card>
        <CardHeader title="Health" note="overall score" />
        <CardContent>
          <HealthHistoryChart points={history} />
        </CardContent>
      </Card>
      <Card>
        <CardHeader title="Bars" />
        <CardContent className="grid gap-4">
          <StackedBar
            legend
            label="Tasks by state"
            segments={[
              { name: 'Running', value: 24, fill: 'busy' },
              { name: 'Ready', value: 61, fill: 'wait' },
              { name: 'Blocked', value: 9, fill: 'idle' },
            ]}
          />
          <BarList
            label="Queue by priority"
            items={[1, 2, 5, 10].map(priority => ({
              key: String(priority),
              name: `Priority ${priority}`,
              segments: [
                { name: 'Running', value: priority * 2, fill: 'busy' },
                { name: 'Ready', value: 12 - priority, fill: 'wait' },
              ],
            }))}
          />
        </CardContent>
      </Card>
    </div>
  )
}
