import { expect, test } from 'vitest'
import type { DeploymentTallyStore } from '#server/core/deployments/deployment-tally-store.ts'

/** What every store of deployment tallies promises; `open` gives an empty one that knows the module `m` of the tenant `default`. */
export function describeTallyStore(open: () => Promise<DeploymentTallyStore>): void {
  test('what replicas count at once is added up, by round and version; other deployments are not touched', async () => {
    const store = await open()
    const key = { tenantId: 'default', moduleId: 'm', deploymentId: 'd-1' }
    const entry = { ...key, round: 2, step: 0, version: '2', calls: 3, failures: 1 }
    await Promise.all(Array.from({ length: 8 }, () => store.add([entry, { ...entry, version: '1', failures: 0 }])))
    await store.add([
      { ...entry, round: 3, step: 1 },
      { ...entry, deploymentId: 'd-2' },
    ])
    expect(await store.read('default', 'm', 'd-1')).toEqual([
      { round: 2, step: 0, version: '1', calls: 24, failures: 0 },
      { round: 2, step: 0, version: '2', calls: 24, failures: 8 },
      { round: 3, step: 1, version: '2', calls: 3, failures: 1 },
    ])
    expect(await store.read('other', 'm', 'd-1')).toEqual([])
  })
}
