import { hashPassword, verifyPassword } from 'better-auth/crypto'
import type { PersonView, Role } from '../contracts/people.ts'
import { roles } from '../contracts/people.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { IdSource } from '../core/shared/ids.ts'
import type { Principal } from '../core/shared/principal.ts'
import { insertAudit } from '../persistence/audit.ts'
import type { Person, Prisma, PrismaClient } from '../persistence/generated/client.ts'
import type { AccessChanges } from './access-changes.ts'
import { AttemptLimiter } from './attempt-limiter.ts'
import { tooManyAttempts } from './authenticator.ts'
import { isUniqueViolation } from './unique-violation.ts'

export interface NewPerson {
  email: string
  name: string
  role: Role
  password: string
}

export interface PeopleOptions {
  prisma: PrismaClient
  ids: IdSource
  changes: AccessChanges
  /** Somebody signed in gave a wrong current password. Must not throw. */
  onWrongPassword: (by: Principal) => void
  /** Milliseconds since the epoch. */
  now: () => number
}

/** How better-auth names the account that holds a password. */
const passwordProvider = 'credential'

/** The audit action of a sign-in; the newest of a person is when they last signed in. */
export const signedIn = 'person.signed_in'

/** The people of a tenant and their passwords (scrypt, as better-auth verifies them at sign-in). */
export class People {
  readonly #prisma: PrismaClient
  readonly #ids: IdSource
  readonly #changes: AccessChanges
  readonly #onWrongPassword: PeopleOptions['onWrongPassword']
  readonly #passwordTries: AttemptLimiter

  constructor({ prisma, ids, changes, onWrongPassword, now }: PeopleOptions) {
    this.#passwordTries = new AttemptLimiter({ attempts: 10, windowMs: 60_000, now })
    this.#prisma = prisma
    this.#ids = ids
    this.#changes = changes
    this.#onWrongPassword = onWrongPassword
  }

  async list(tenantId: string): Promise<PersonView[]> {
    return this.#view(
      await this.#prisma.person.findMany({ where: { tenantId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    )
  }

  /** The role that somebody has now; null when there is no such person in the tenant. */
  async roleOf(tenantId: string, id: string): Promise<Role | null> {
    const person = await this.#prisma.person.findFirst({ where: { tenantId, id }, select: { role: true } })
    return person && roleOf(person.role)
  }

  async add(by: Principal, input: NewPerson): Promise<PersonView> {
    const { password, ...details } = input
    const passwordHash = await hashPassword(password)
    const person = await this.#prisma
      .$transaction(tx => this.addWithin(tx, by, { ...details, passwordHash }))
      .catch((error: unknown) => {
        if (isUniqueViolation(error)) throw personExists()
        throw error
      })
    return this.#viewOne(person)
  }

  /** Adds a person in a transaction of the caller's. */
  async addWithin(
    tx: Prisma.TransactionClient,
    by: Principal,
    input: Omit<NewPerson, 'password'> & { passwordHash: string },
  ): Promise<Person> {
    const id = this.#ids.next()
    const { tenantId } = by
    const person = await tx.person.create({
      data: { id, tenantId, email: input.email.toLowerCase(), name: input.name, role: input.role },
    })
    await tx.personAccount.create({
      data: {
        id: this.#ids.next(),
        tenantId,
        personId: id,
        accountId: id,
        providerId: passwordProvider,
        password: input.passwordHash,
      },
    })
    await insertAudit(tx, by, {
      action: 'person.added',
      targetKind: 'person',
      targetId: id,
      details: { email: person.email, role: person.role },
    })
    return person
  }

  async setRole(by: Principal, id: string, role: Role): Promise<PersonView> {
    const person = await this.#prisma.$transaction(async tx => {
      const before = await this.#find(tx, by.tenantId, id)
      if (role !== 'admin') await keepOneAdmin(tx, by.tenantId, id)
      await insertAudit(tx, by, {
        action: 'person.role_set',
        targetKind: 'person',
        targetId: id,
        details: { email: before.email, from: before.role, to: role },
      })
      return tx.person.update({ where: { id }, data: { role, updatedAt: new Date() } })
    })
    this.#changes.announce()
    return this.#viewOne(person)
  }

  async remove(by: Principal, id: string): Promise<void> {
    await this.#prisma.$transaction(async tx => {
      const { email, role } = await this.#find(tx, by.tenantId, id)
      await keepOneAdmin(tx, by.tenantId, id)
      await insertAudit(tx, by, {
        action: 'person.removed',
        targetKind: 'person',
        targetId: id,
        details: { email, role },
      })
      await tx.person.delete({ where: { id } })
    })
    this.#changes.announce()
  }

  async setPassword(by: Principal, id: string, newPassword: string): Promise<void> {
    const password = await hashPassword(newPassword)
    await this.#prisma.$transaction(async tx => {
      await this.#find(tx, by.tenantId, id)
      await tx.personAccount.updateMany({
        where: { personId: id, providerId: passwordProvider },
        data: { password, updatedAt: new Date() },
      })
      await tx.personSession.deleteMany({ where: { personId: id } })
      await insertAudit(tx, by, { action: 'person.password_set', targetKind: 'person', targetId: id })
    })
    this.#changes.announce()
  }

  async changePassword(by: Principal, passwords: { currentPassword: string; newPassword: string }): Promise<void> {
    const retryAfterSeconds = this.#passwordTries.waitSeconds(by.id)
    if (retryAfterSeconds > 0) throw tooManyAttempts(retryAfterSeconds)
    this.#passwordTries.take(by.id)
    if (!(await this.#hasPassword(by.id, passwords.currentPassword))) {
      this.#onWrongPassword(by)
      throw new QuarterdeckError('INVALID_INPUT', {
        message: 'currentPassword is not your password.',
        action: 'Check it and try again.',
      })
    }
    await this.setPassword(by, by.id, passwords.newPassword)
    this.#passwordTries.giveBack(by.id)
  }

  async #hasPassword(id: string, password: string): Promise<boolean> {
    const account = await this.#prisma.personAccount.findFirst({
      where: { personId: id, providerId: passwordProvider },
    })
    return account?.password != null && verifyPassword({ hash: account.password, password })
  }

  async #viewOne(person: Person): Promise<PersonView> {
    const [view] = await this.#view([person])
    return view as PersonView
  }

  async #view(people: Person[]): Promise<PersonView[]> {
    const signIns = await this.#prisma.auditEntry.groupBy({
      by: ['tenantId', 'targetId'],
      where: {
        targetKind: 'person',
        action: signedIn,
        OR: people.map(({ tenantId, id }) => ({ tenantId, targetId: id })),
      },
      _max: { at: true },
    })
    const lastSignIns = new Map(signIns.map(({ targetId, _max }) => [targetId, _max.at]))
    return people.map(person => viewOf(person, lastSignIns.get(person.id) ?? null))
  }

  async #find(tx: Prisma.TransactionClient, tenantId: string, id: string): Promise<Person> {
    const person = await tx.person.findFirst({ where: { id, tenantId } })
    if (person) return person
    throw new QuarterdeckError('PERSON_NOT_FOUND', {
      message: 'There is nobody with this id.',
      action: 'List the people to see their ids.',
    })
  }
}

/** Locks the tenant's administrators, so that two of them cannot remove each other at the same time. */
async function keepOneAdmin(tx: Prisma.TransactionClient, tenantId: string, leavingId: string): Promise<void> {
  const admins = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM person WHERE tenant_id = ${tenantId} AND role = 'admin' ORDER BY id FOR UPDATE`
  if (admins.length > 1 || admins[0]?.id !== leavingId) return
  throw new QuarterdeckError('LAST_ADMIN', {
    message: 'This is the last administrator.',
    action: 'Make somebody else an administrator first.',
  })
}

function personExists(): QuarterdeckError {
  return new QuarterdeckError('PERSON_EXISTS', {
    message: 'Somebody with this e-mail address has been added already.',
    action: 'Change the role of that person instead.',
  })
}

function viewOf(person: Person, lastSignInAt: Date | null): PersonView {
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    role: roleOf(person.role),
    createdAt: person.createdAt.toISOString(),
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
  }
}

/** A role as stored; anything that is no role counts as the weakest. */
export function roleOf(stored: unknown): Role {
  return roles.find(role => role === stored) ?? 'viewer'
}
