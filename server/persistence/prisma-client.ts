import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { PrismaClient } from './generated/client.ts'

export type { PrismaClient } from './generated/client.ts'

/**
 * Prisma over a pool that is ours: the pool's size and time-outs hold for both, and ending the pool stays with its owner.
 * Connects on first use. For the hot path use the pool itself.
 */
export function createPrismaClient(pool: pg.Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool) })
}
