import { heading, lookAt, mustBeSound, soundness } from '../support/look-at-pages.ts'
import { expect, signedOut, test } from '../support/test.ts'

lookAt([
  {
    name: 'the palette',
    path: '/breakers',
    async show(page) {
      await page.keyboard.press('Control+k')
      await expect(page.getByRole('option', { name: /Report writer/ })).toBeVisible()
    },
  },
  {
    name: 'a page that does not exist',
    path: '/no-such-page',
    allowed: /status of 404.*no-such-page/,
    show: heading('There is no such page'),
  },
])

test.describe('without a session', () => {
  test.use({ storageState: signedOut })

  test(`the sign-in: ${soundness}`, async ({ page }) => {
    await page.goto('/sign-in')
    await mustBeSound(page)
  })
})
