/** PostgreSQL cuts longer names. */
const maxLength = 63

/**
 * How a replica's connections are named in `pg_stat_activity`, so that people, and the replicas that take over from one that
 * froze, know whose a session is.
 */
export function sessionName(use: string, replicaId: string): string {
  return `quarterdeck ${use} ${replicaId}`.slice(0, maxLength)
}

/** What a replica uses connections for. */
const sessionUses = ['main', 'dispatch', 'control', 'replica'] as const

/** The names of all sessions that these replicas may have. */
export function sessionNames(replicaIds: readonly string[]): string[] {
  return replicaIds.flatMap(id => sessionUses.map(use => sessionName(use, id)))
}
