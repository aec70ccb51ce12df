import { peers } from '../shared/peers.ts'
import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import { reportWriter } from './declaration.ts'

const write: Handler<{ package: string }> = async (payload, work) => {
  const [{ gatherFindings }, { writeReport }] = await Promise.all([
    import('./gather-findings.ts'),
    import('./write-report.ts'),
  ])
  const findings = await gatherFindings(payload.package, work)
  work.reports.progress({ stage: 'writing', percent: 95 })
  return writeReport(findings)
}

const needed = reportWriter.declaration.dependsOn ?? []

await runModule({
  module: reportWriter,
  handlers: { 'report.write': write },
  checkHealth: () => needed.map(id => peers.troubleWith(id)).find(trouble => trouble !== null) ?? null,
})
