import { limits } from '../contracts/common.ts'
import { roles } from '../contracts/people.ts'
import type { ListViews, SavedView, SaveView, ViewPage } from '../contracts/views.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { IdSource } from '../core/shared/ids.ts'
import type { Principal } from '../core/shared/principal.ts'
import { insertAudit } from '../persistence/audit.ts'
import type { Prisma, PrismaClient, SavedView as SavedViewRow } from '../persistence/generated/client.ts'
import { isUniqueViolation } from './unique-violation.ts'

/**
 * Filters of pages that people keep under a name. One's own are seen by oneself alone and go with the account; a shared one
 * belongs to everybody of the tenant, and operators save and remove it. Every change is audited in its transaction.
 */
export class SavedViews {
  readonly #prisma: PrismaClient
  readonly #ids: IdSource

  constructor({ prisma, ids }: { prisma: PrismaClient; ids: IdSource }) {
    this.#prisma = prisma
    this.#ids = ids
  }

  /** One's own and the shared ones, by name. */
  async list(by: Principal, { page }: ListViews): Promise<SavedView[]> {
    const rows = await this.#prisma.savedView.findMany({
      where: { tenantId: by.tenantId, OR: [{ ownerId: by.id }, { ownerId: null }], ...(page ? { page } : {}) },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: 2 * limits.viewsPerOwner,
    })
    return rows.map(viewOf)
  }

  /** Replaces one of the same name, page and owner. Throws FORBIDDEN, TOO_MANY_VIEWS. */
  async save(by: Principal, input: SaveView): Promise<SavedView> {
    if (input.shared) mustBeOperator(by)
    const write = () => this.#prisma.$transaction(tx => this.#write(tx, by, input))
    // Two who save the same name at once: the later one replaces what the earlier one made.
    return viewOf(
      await write().catch((error: unknown) => {
        if (isUniqueViolation(error)) return write()
        throw error
      }),
    )
  }

  /** Throws VIEW_NOT_FOUND, FORBIDDEN. */
  async remove(by: Principal, id: string): Promise<void> {
    await this.#prisma.$transaction(async tx => {
      const { tenantId } = by
      const view = await tx.savedView.findFirst({
        where: { tenantId, id, OR: [{ ownerId: by.id }, { ownerId: null }] },
      })
      if (!view) throw viewNotFound()
      if (view.ownerId === null) mustBeOperator(by)
      const { count } = await tx.savedView.deleteMany({ where: { tenantId, id } })
      if (count === 0) throw viewNotFound()
      await insertAudit(tx, by, { action: 'view.removed', targetKind: 'view', targetId: id, details: detailsOf(view) })
    })
  }

  async #write(tx: Prisma.TransactionClient, by: Principal, { page, name, query, shared }: SaveView) {
    const { tenantId } = by
    const ownerId = shared ? null : by.id
    const values = { query, savedBy: by.name, savedAt: new Date() }
    const known = await tx.savedView.findFirst({ where: { tenantId, page, ownerId, name } })
    if (!known && (await tx.savedView.count({ where: { tenantId, ownerId } })) >= limits.viewsPerOwner) {
      throw new QuarterdeckError('TOO_MANY_VIEWS', {
        message: `There are ${limits.viewsPerOwner} ${shared ? 'shared views' : 'views of yours'} already.`,
        action: 'Remove one that nobody uses.',
        details: { limit: limits.viewsPerOwner },
      })
    }
    const view = known
      ? await tx.savedView.update({ where: { tenantId_id: { tenantId, id: known.id } }, data: values })
      : await tx.savedView.create({ data: { tenantId, id: this.#ids.next(), page, ownerId, name, ...values } })
    await insertAudit(tx, by, { action: 'view.saved', targetKind: 'view', targetId: view.id, details: detailsOf(view) })
    return view
  }
}

function mustBeOperator(by: Principal): void {
  if (by.kind === 'person' && roles.indexOf(by.role) >= roles.indexOf('operator')) return
  throw new QuarterdeckError('FORBIDDEN', {
    message: 'Shared views are kept by operators.',
    action: 'Save it for yourself, or ask an operator to share it.',
    details: { neededRole: 'operator' },
  })
}

function viewNotFound(): QuarterdeckError {
  return new QuarterdeckError('VIEW_NOT_FOUND', {
    message: 'There is no such view, or it is somebody else’s.',
    action: 'List the views to see which there are.',
  })
}

function detailsOf({ page, name, query, ownerId }: SavedViewRow) {
  return { page, name, query, shared: ownerId === null }
}

function viewOf({ id, page, name, query, ownerId, savedBy, savedAt }: SavedViewRow): SavedView {
  return {
    id,
    page: page as ViewPage,
    name,
    query,
    shared: ownerId === null,
    savedBy,
    savedAt: savedAt.toISOString(),
  }
}
