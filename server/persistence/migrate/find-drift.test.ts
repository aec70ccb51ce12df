import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import { findDrift } from './find-drift.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(() => database[Symbol.asyncDispose]())

test('the Prisma schema and the migrations agree', async () => {
  expect(await findDrift(database.url)).toBeNull()
})

test('what Prisma cannot express is not reported as drift', async () => {
  await database.pool.query(`
    CREATE INDEX drift_partial ON tenant (name) WHERE name <> '';
    CREATE INDEX drift_expression ON tenant (lower(name));
    ALTER TABLE tenant ADD CONSTRAINT drift_check CHECK (name <> 'drift');
    CREATE FUNCTION drift() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE task_drift PARTITION OF task FOR VALUES FROM ('00000000-0000-0000-0000-000000000000')
      TO ('00000000-0000-0000-0000-000000000001');`)
  expect(await findDrift(database.url)).toBeNull()
})

test('an added column, a dropped index, a changed type and a foreign key are each found', async () => {
  await database.pool.query(`
    ALTER TABLE tenant ADD COLUMN drift_column text;
    DROP INDEX person_session_person_id_idx;
    ALTER TABLE person ALTER COLUMN name TYPE varchar(80);
    ALTER TABLE person_account DROP CONSTRAINT person_account_person_id_fkey;`)
  const drift = await findDrift(database.url)
  expect(drift).toContain('Removed column `drift_column`')
  expect(drift).toContain('Added index on columns (person_id)')
  expect(drift).toContain('Altered column `name` (type changed)')
  expect(drift).toContain('Added foreign key on columns (person_id)')
})
