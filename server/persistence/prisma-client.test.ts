import { expect, test } from 'vitest'
import { createTestDatabase } from '../testing/database.ts'
import { createPrismaClient } from './prisma-client.ts'

test('Prisma reads and writes through the pool it is given, and leaves the pool to its owner', async () => {
  await using database = await createTestDatabase()
  const prisma = createPrismaClient(database.pool)
  await prisma.tenant.create({ data: { id: 'elsewhere', name: 'Elsewhere' } })
  await prisma.$disconnect()
  const { rows } = await database.pool.query('SELECT name FROM tenant WHERE id = $1', ['elsewhere'])
  expect(rows).toEqual([{ name: 'Elsewhere' }])
})
