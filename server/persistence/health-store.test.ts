import { afterAll, beforeAll } from 'vitest'
import { describeHealthStore } from '#server/core/health/testing/health-store-contract.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { PrismaHealthStore } from './health-store.ts'
import { createPrismaClient, type PrismaClient } from './prisma-client.ts'

let database: TestDatabase
let prisma: PrismaClient

beforeAll(async () => {
  database = await createTestDatabase()
  prisma = createPrismaClient(database.pool)
})
afterAll(async () => {
  await prisma.$disconnect()
  await database[Symbol.asyncDispose]()
})

describeHealthStore('the history of health in PostgreSQL', async () => {
  await prisma.healthPoint.deleteMany()
  return {
    store: new PrismaHealthStore(prisma),
    addTenant: async id => {
      await prisma.tenant.upsert({ where: { id }, create: { id, name: id }, update: {} })
    },
    [Symbol.asyncDispose]: async () => {},
  }
})
