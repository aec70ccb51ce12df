import type { DependencyTree } from '../package-reader/read-tree.ts'
import { peers } from '../shared/peers.ts'
import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import type { AuditPayload } from './audit-dependencies.ts'
import { dependencyAuditor } from './declaration.ts'

const audit: Handler<AuditPayload> = async (payload, work) => {
  const { auditDependencies } = await import('./audit-dependencies.ts')
  const tree = await peers.call('package-reader', 'package.tree', { package: payload.package }, work)
  return auditDependencies(payload, tree as DependencyTree)
}

await runModule({
  module: dependencyAuditor,
  handlers: { 'dependencies.audit': audit },
  checkHealth: () => peers.troubleWith('package-reader'),
})
