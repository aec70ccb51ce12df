import type { RuleContext } from '../alert-memory.ts'
import type { HeldTransaction, Reading } from '../alert-world.ts'

/** A replica that will not come back is news for so long. */
const lostShownMs = 3_600_000

/** Replicas that fell silent and whose work others took over. */
export function replicaLost({ world: { replicas, nowMs } }: RuleContext): Reading[] {
  return replicas.flatMap(({ id, host, lostAt, version, heartbeatAt }): Reading[] => {
    if (lostAt === null || nowMs - Date.parse(lostAt) >= lostShownMs) return []
    return [
      {
        subject: `replica:${id}`,
        value: 1,
        title: () => `Replica ${id} fell silent`,
        detail: `on ${host}; the others took over its work`,
        href: '/settings?tab=replicas',
        evidence: { host, version, heartbeatAt, lostAt },
        sinceMs: Date.parse(lostAt),
      },
    ]
  })
}

/** Transactions in the database, whoever holds them. */
export function heldTransaction({ world: { heldTransactions, nowMs } }: RuleContext): Reading[] | null {
  return heldTransactions?.map(held => ofTransaction(held, nowMs)) ?? null
}

function ofTransaction(held: HeldTransaction, nowMs: number): Reading {
  const { pid, application, user, state, transactionStart, queryStart, query, waitsFor } = held
  const age = Math.max(0, (nowMs - transactionStart) / 1_000)
  const who =
    pid === null ? `prepared transaction ${application}` : `process ${pid} (${application || 'no name'}, ${user})`
  const start = queryStart === null ? '' : `; last query began ${new Date(queryStart).toISOString()}`
  return {
    subject: pid === null ? `prepared:${application}` : `transaction:${pid}/${Math.round(transactionStart)}`,
    value: age,
    title: () =>
      pid === null ? 'A prepared transaction is held open' : `Database process ${pid} holds a transaction open`,
    detail: `${who}: ${state} for ${Math.round(age)} s${start}`,
    href: '/',
    evidence: {
      pid,
      application,
      user,
      state,
      waitsFor,
      query,
      transactionStart: new Date(transactionStart).toISOString(),
      queryStart: queryStart === null ? null : new Date(queryStart).toISOString(),
      repair: pid === null ? `ROLLBACK PREPARED '${application}'` : `SELECT pg_terminate_backend(${pid})`,
    },
    sinceMs: transactionStart,
  }
}

/** Checks of the auditor that found something. */
export function invariantViolated({ world: { invariants } }: RuleContext): Reading[] {
  return invariants
    .filter(({ outcome }) => outcome === 'violated')
    .map(({ name, title, found, sample, repair, violatedSince, lastRunAt }) => ({
      subject: `invariant:${name}`,
      value: found,
      title: () => `Invariant broken: ${title}`,
      detail: `${found} found: ${sample.slice(0, 3).join(', ')}`,
      href: '/alerts?tab=invariants',
      evidence: { check: name, found, sample: sample.slice(0, 5), repair, lastRunAt },
      ...(violatedSince === null ? {} : { sinceMs: Date.parse(violatedSince) }),
    }))
}

/** Webhooks that were given up. */
export function webhookDisabled({ world: { webhooks } }: RuleContext): Reading[] {
  return webhooks
    .filter(({ enabled, failingSince }) => !enabled && failingSince !== null)
    .map(({ id, name, url, disabledReason, failingSince }) => ({
      subject: `webhook:${id}`,
      value: 1,
      title: () => `Webhook ${name} was switched off`,
      detail: disabledReason ?? 'its deliveries failed',
      href: '/settings?tab=webhooks',
      evidence: { host: new URL(url).host, failingSince },
      ...(failingSince === null ? {} : { sinceMs: Date.parse(failingSince) }),
    }))
}
