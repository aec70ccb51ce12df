import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import { packageReader } from './declaration.ts'
import { readPackage } from './read-package.ts'
import { readTree } from './read-tree.ts'

const read: Handler<{ package: string }> = (payload, { signal }) => readPackage(payload.package, signal)
const tree: Handler<{ package: string }> = (payload, { signal }) => readTree(payload.package, signal)

await runModule({ module: packageReader, handlers: { 'package.read': read, 'package.tree': tree } })
