/** Calls of one version that ended between two moves of a deployment. */
export interface VersionTally {
  round: number
  /** Step of the deployment in that round; -1 while the new version was to get no calls. */
  step: number
  version: string
  calls: number
  failures: number
}

/** Calls to be added to what is kept of a deployment. */
export interface TallyEntry extends VersionTally {
  tenantId: string
  moduleId: string
  deploymentId: string
}

/** Where the calls of deployments are added up, by all replicas. They go with their module. */
export interface DeploymentTallyStore {
  /** Adds all of them or none. Entries of modules that are gone are dropped. */
  add(entries: readonly TallyEntry[]): Promise<void>
  /** By round, then version. */
  read(tenantId: string, moduleId: string, deploymentId: string): Promise<VersionTally[]>
}
