import path from 'node:path'
import type { DashboardView } from '#server/contracts/stats.ts'
import { until } from '#server/testing/until.ts'
import { setFault } from './support/fleet-faults.ts'
import { expect, test } from './support/test.ts'

const folder = path.resolve(import.meta.dirname, '../docs/images')
const workMs = 240_000
const troubleMs = 60_000

test('the pictures of the README show the command center at work, with something wrong', async ({ page, client }) => {
  test.setTimeout(workMs + 2 * troubleMs)
  const look = () => client.query<DashboardView>('stats.dashboard')
  const hasBeenAtWork = ({ throughput, health }: DashboardView) =>
    throughput.filter(({ succeeded }) => succeeded > 0).length >= 80 && health.history.length >= 3
  await until('two minutes of work are on the charts', async () => hasBeenAtWork(await look()), workMs)
  await setFault('license-detector', 'garbage')
  await until('a breaker opens', async () => (await look()).breakers.stats.open > 0, troubleMs)

  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto('/')
  await expect(page.getByRole('img', { name: /^Fleet health/ })).toBeVisible()
  await expect(page.getByRole('link', { name: /Licence detector/ }).first()).toBeVisible()
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveClass(new RegExp(`\\b${colorScheme}\\b`))
    await page.screenshot({ path: path.join(folder, `command-center-${colorScheme}.png`) })
  }
  await setFault('license-detector', 'none')
})
