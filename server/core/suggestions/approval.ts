import { type Role, roles } from '../../contracts/people.ts'
import type { Consent, Drift } from '../../contracts/suggestions.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import { isSignedIn, type Person } from '../shared/signed-in.ts'
import { nameOf, type SealedConsent, type SuggestionRecord } from './suggestion-record.ts'

/** What an approval is for, and of what. */
export interface ApprovalTerms {
  purpose: 'apply' | 'revert'
  tenantId: string
  suggestionId: string
  revision: number
  configurationHash: string
  evidenceHash: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** Who acts by it. */
  person: Person
}

/** How it is known who may approve. */
export interface ApprovalPorts {
  /** The role that somebody has at this moment, read from where it is kept; null when there is no such person in the tenant. */
  roleOf(tenantId: string, personId: string): Promise<Role | null>
  /** A keyed digest that only this installation can make. */
  seal(text: string): string
  now(): number
}

/** What it takes to approve, apply and take back a change. */
export type ApprovingRole = Extract<Role, 'approver' | 'admin'>

/** Known to this file alone: nobody else can make an Approval. */
const mint = Symbol('mint')

/**
 * That a signed-in approver lets one suggestion change the configuration, once. Only `grantApproval` makes one. It has no
 * readable content, so a copy, a look-alike or what JSON brings back is not one; `redeem` takes nothing else.
 */
export class Approval {
  readonly #terms: ApprovalTerms
  #isSpent = false

  constructor(key: typeof mint, terms: ApprovalTerms) {
    if (key !== mint) throw invalid('Approvals are not made like this.')
    this.#terms = Object.freeze({ ...terms })
  }

  /** What it allows; from then on it is spent. Throws APPROVAL_INVALID, APPROVAL_SPENT. */
  static redeem(value: unknown): ApprovalTerms {
    if (typeof value !== 'object' || value === null || !(#terms in value)) throw invalid('This is no approval.')
    if (value.#isSpent) {
      throw new QuarterdeckError('APPROVAL_SPENT', {
        message: 'This approval was used before.',
        action: 'Look at the suggestion: what it allowed was done, or refused.',
      })
    }
    value.#isSpent = true
    return value.#terms
  }
}

/** What somebody agrees to: to carry out what was consented to, or to take an applied change back as it is now. */
export type ApprovalGrounds =
  | { purpose: 'apply'; record: SuggestionRecord }
  | { purpose: 'revert'; record: SuggestionRecord; configurationHash: string; evidenceHash: string }

/** An approval of one's own act, of taking something back, is used at once. */
const revertWithinMs = 60_000

/** Whose act a change is. Flags are of the whole installation: only an admin changes them by hand, and so it is here. */
export function roleFor({ act }: Pick<SuggestionRecord, 'act'>): ApprovingRole {
  return act.change?.kind === 'flag' ? 'admin' : 'approver'
}

/**
 * The only source of an Approval: a signed-in person who has the role for it now, for a suggestion that was approved by somebody
 * who has it now and did not propose it. Throws FORBIDDEN, APPROVAL_INVALID, APPROVAL_EXPIRED, APPROVAL_REVOKED.
 */
export async function grantApproval(by: Principal, grounds: ApprovalGrounds, ports: ApprovalPorts): Promise<Approval> {
  const { purpose, record } = grounds
  const person = await requireApprover(by, record, ports, roleFor(record))
  const { tenantId, id: suggestionId, revision, state } = record
  const common = { purpose, tenantId, suggestionId, revision, person }
  if (grounds.purpose === 'revert') {
    const { configurationHash, evidenceHash } = grounds
    return new Approval(mint, { ...common, configurationHash, evidenceHash, expiresAt: ports.now() + revertWithinMs })
  }
  if (state.status !== 'approved') throw invalid('The suggestion is not approved.')
  const { consent } = state
  await requireConsent(record, consent, ports)
  return new Approval(mint, {
    ...common,
    // Those that were consented to, not those of now: what differs is found when it is used.
    configurationHash: consent.configurationHash,
    evidenceHash: consent.evidenceHash,
    expiresAt: Date.parse(consent.expiresAt),
  })
}

/**
 * The person, when it is one who may decide: signed in at a browser, of this tenant, with the role at this moment. Throws FORBIDDEN,
 * and SUGGESTION_NOT_FOUND for another tenant's.
 */
export async function requireApprover(
  by: Principal,
  { tenantId, id }: Pick<SuggestionRecord, 'tenantId' | 'id'>,
  ports: Pick<ApprovalPorts, 'roleOf'>,
  needed: ApprovingRole = 'approver',
): Promise<Person> {
  if (!isSignedIn(by)) {
    throw new QuarterdeckError('FORBIDDEN', {
      message: 'Only a person who has signed in may do this; no key and no program may.',
      action: `Sign in as a person with the role ${needed}.`,
      details: { neededRole: needed },
    })
  }
  if (by.tenantId !== tenantId) throw notFound(id)
  const role = await ports.roleOf(tenantId, by.id)
  if (reaches(by.role, needed) && reaches(role, needed)) return by
  throw new QuarterdeckError('FORBIDDEN', {
    message: `This needs the role ${needed}; yours is ${role ?? 'gone'}.`,
    action: 'Ask an administrator for the role, or have somebody who has it do this.',
    details: { neededRole: needed },
  })
}

/** Throws APPROVAL_OWN_PROPOSAL when this person proposed it. */
export function requireOther({ id }: Person, { origin }: Pick<SuggestionRecord, 'origin'>): void {
  if (origin.kind !== 'proposal' || origin.by.kind !== 'person' || origin.by.id !== id) return
  throw new QuarterdeckError('APPROVAL_OWN_PROPOSAL', {
    message: 'You proposed this; somebody else has to approve it.',
    action: 'Ask another approver to look at it.',
  })
}

/** What is kept of an approval. The seal makes sure that it was made here. */
export function sealConsent(
  record: Pick<SuggestionRecord, 'tenantId' | 'id'>,
  person: Person,
  consent: Omit<Consent, 'by'>,
  { seal }: Pick<ApprovalPorts, 'seal'>,
): SealedConsent {
  const whole = { ...consent, by: nameOf(person) }
  return { ...whole, seal: seal(sealedText(record, whole)) }
}

/** Throws APPROVAL_INVALID, APPROVAL_EXPIRED, APPROVAL_OWN_PROPOSAL, APPROVAL_REVOKED. */
async function requireConsent(record: SuggestionRecord, consent: SealedConsent, ports: ApprovalPorts): Promise<void> {
  const { seal, ...sealed } = consent
  if (seal !== ports.seal(sealedText(record, sealed))) throw invalid('The approval was not given here.')
  if (ports.now() >= Date.parse(consent.expiresAt)) throw expired(consent.expiresAt)
  if (record.origin.kind === 'proposal' && record.origin.by.id === consent.by.id) {
    throw invalid('Nobody approves what they proposed.')
  }
  const needed = roleFor(record)
  if (reaches(await ports.roleOf(record.tenantId, consent.by.id), needed)) return
  throw new QuarterdeckError('APPROVAL_REVOKED', {
    message: `${consent.by.name}, who approved this, does not have the role ${needed} any more.`,
    action: 'Have it approved again by somebody who is.',
  })
}

function sealedText({ tenantId, id }: Pick<SuggestionRecord, 'tenantId' | 'id'>, consent: Consent): string {
  return canonicalJson([tenantId, id, consent])
}

function reaches(role: Role | null, needed: ApprovingRole): boolean {
  return role !== null && roles.indexOf(role) >= roles.indexOf(needed)
}

export function expired(at: string): QuarterdeckError {
  return new QuarterdeckError('APPROVAL_EXPIRED', {
    message: `The approval ran out at ${at}.`,
    action: 'Look at the suggestion again and approve it anew.',
  })
}

export function notFound(id: string): QuarterdeckError {
  return new QuarterdeckError('SUGGESTION_NOT_FOUND', {
    message: `There is no suggestion ${id}.`,
    action: 'Look at the list of suggestions.',
  })
}

function invalid(message: string): QuarterdeckError {
  return new QuarterdeckError('APPROVAL_INVALID', {
    message,
    action: 'Approve the suggestion as a signed-in approver, then apply it.',
  })
}

/** What an approval stood on is not so any more. */
export function approvalVoid(cause: 'configuration' | 'evidence', drift: Drift[]): QuarterdeckError {
  return new QuarterdeckError('APPROVAL_VOID', {
    message: `The approval does not hold any more: the ${cause} has changed since.`,
    action: 'Look at the differences, then approve it again or reject it.',
    details: { cause, drift },
  })
}
