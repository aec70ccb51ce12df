import type { DeploymentTallyStore, TallyEntry, VersionTally } from '../deployment-tally-store.ts'

/** Tallies in memory that are added up as the real ones are. */
export class MemoryDeploymentTallyStore implements DeploymentTallyStore {
  readonly #entries: TallyEntry[] = []

  async add(entries: readonly TallyEntry[]): Promise<void> {
    for (const entry of entries) {
      const known = this.#entries.find(
        each =>
          each.tenantId === entry.tenantId &&
          each.moduleId === entry.moduleId &&
          each.deploymentId === entry.deploymentId &&
          each.round === entry.round &&
          each.version === entry.version,
      )
      if (!known) this.#entries.push({ ...entry })
      else {
        known.calls += entry.calls
        known.failures += entry.failures
      }
    }
  }

  async read(tenantId: string, moduleId: string, deploymentId: string): Promise<VersionTally[]> {
    return this.#entries
      .filter(each => each.tenantId === tenantId && each.moduleId === moduleId && each.deploymentId === deploymentId)
      .map(({ round, step, version, calls, failures }) => ({ round, step, version, calls, failures }))
      .sort((a, b) => a.round - b.round || (a.version < b.version ? -1 : 1))
  }
}
