import type { OrchestratorPorts } from '../orchestrator-ports.ts'

type Stores = Pick<OrchestratorPorts['stores'], 'alerts' | 'alertRules' | 'webhooks' | 'invariants'>

async function refuse(): Promise<never> {
  throw new Error('a simulated replica is not watched over')
}

/** Alerts, webhooks and checks of a simulated replica: there are none, and nobody is told of anything. */
export const quietGuard: Stores = {
  alerts: {
    read: refuse,
    commit: refuse,
    list: async () => ({ items: [], nextCursor: null }),
    get: async () => null,
    acknowledge: refuse,
    stats: refuse,
    silences: async () => ({ items: [], nextCursor: null }),
    addSilence: refuse,
    endSilence: refuse,
    async forget() {},
  },
  alertRules: { loadAll: async () => [], save: refuse },
  webhooks: {
    list: async () => [],
    create: refuse,
    update: refuse,
    remove: refuse,
    addTest: refuse,
    deliveries: refuse,
    redeliver: refuse,
    lease: async () => [],
    settle: refuse,
    async forget() {},
  },
  invariants: { find: refuse, results: async () => [], save: refuse },
}

/** Never asked: there is no webhook. */
export const noSender: OrchestratorPorts['webhookSender'] = { send: refuse, checkUrl: refuse }
