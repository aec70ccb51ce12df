import type { EagerStarter } from '../eager-start.ts'

/** Nobody runs tasks here: all of them are queued. */
export const noStarter: EagerStarter = {
  reserve: () => ({ replicaId: 'own', tasks: new Set() }),
  settle() {},
}
