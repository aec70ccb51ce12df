import { signIn } from '../../server/api/testing/start-test-api.ts'
import type { ErrorData } from '../../server/contracts/errors.ts'
import type { ModuleView } from '../../server/contracts/modules.ts'
import type { Role } from '../../server/contracts/people.ts'
import type { SuggestionView } from '../../server/contracts/suggestions.ts'
import type { Stage } from './stage.ts'

export const moduleId = 'worker'
const password = 'a password for tests'
const admin = 'admin@quarterdeck.local'

export type Headers = Record<string, string>

/** A proposed preference, other than any before. */
export interface Proposed {
  id: string
  preference: number
}

/** Suggestions of one module, and those who try to get at it. */
export class ApprovalDesk {
  readonly stage: Stage
  readonly people = new Map<string, Headers>()
  #next = -101

  constructor(stage: Stage) {
    this.stage = stage
  }

  async open(): Promise<void> {
    this.people.set('admin', await this.#session(admin))
    for (const role of ['viewer', 'operator', 'approver'] as const) await this.#add(role, role)
    await this.#add('other', 'approver')
  }

  as(name: string): Headers {
    const headers = this.people.get(name)
    if (!headers) throw new Error(`nobody is called ${name}`)
    return headers
  }

  /** The code it was refused with; null when it was done. */
  async call(path: string, input: object, headers: Headers): Promise<{ code: string | null; data: unknown }> {
    const response = await fetch(`${this.#url()}/api/trpc/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(headers['cookie'] && { origin: this.#url() }), ...headers },
      body: JSON.stringify(input),
    })
    const body = (await response.json()) as { result?: { data: unknown }; error?: { data: ErrorData } }
    return { data: body.result?.data, code: body.error?.data.appCode ?? null }
  }

  /** A program proposes another preference than any before. */
  async propose(by?: Headers): Promise<Proposed> {
    const preference = this.#next === -1 ? 1 : this.#next + 1
    this.#next = preference
    const input = { change: { kind: 'module_preference', moduleId, preference }, reason: 'row 40' }
    const made = by
      ? (await this.call('suggestions.propose', input, by)).data
      : await this.stage.client.mutate('suggestions.propose', input)
    return { id: (made as SuggestionView).id, preference }
  }

  async approved(): Promise<Proposed> {
    const proposed = await this.propose()
    const { code } = await this.call('suggestions.approve', { id: proposed.id }, this.as('admin'))
    if (code !== null) throw new Error(`the approval was refused: ${code}`)
    return proposed
  }

  module(): Promise<ModuleView> {
    return this.stage.client.query<ModuleView>('modules.get', { id: moduleId })
  }

  async statusOf(id: string): Promise<string> {
    return (await this.stage.client.query<SuggestionView>('suggestions.get', { id })).state.status
  }

  /** Signed in at the replica that lives now. */
  async renew(): Promise<void> {
    this.people.set('admin', await this.#session(admin))
  }

  /** That of somebody who has signed out. */
  async endedSession(): Promise<Headers> {
    const headers = await this.#session('approver@example.org')
    await fetch(`${this.#url()}/api/auth/sign-out`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#url(), ...headers },
      body: '{}',
    })
    return headers
  }

  async #add(name: string, role: Role): Promise<void> {
    const email = `${name}@example.org`
    await this.call('people.add', { email, name, role, password }, this.as('admin'))
    this.people.set(name, await this.#session(email))
  }

  async #session(email: string): Promise<Headers> {
    return { cookie: await signIn(this.#url(), email, password) }
  }

  #url(): string {
    const [replica] = this.stage.replicas
    if (!replica) throw new Error('no replica lives')
    return replica.url
  }
}
