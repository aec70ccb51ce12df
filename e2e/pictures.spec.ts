import path from 'node:path'
import { expect, test } from './support/test.ts'

const folder = path.resolve(import.meta.dirname, '../docs/images')

test.skip(!process.env.UPDATE_PICTURES, 'only with UPDATE_PICTURES=1')

for (const theme of ['dark', 'light'] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme })

    test(`the command center, ${theme}, for the README`, async ({ page }) => {
      await page.goto('/')
      await expect(page.getByRole('button', { name: 'Live. Pause live updates' })).toBeVisible()
      await expect(page.getByRole('img', { name: /^Fleet health/ })).toBeVisible()
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
      await page.screenshot({ path: path.join(folder, `command-center-${theme}.png`) })
    })
  })
}
