import { product } from './support/product.ts'
import { expect, signedOut, submitSignIn, test } from './support/test.ts'

test.use({ storageState: signedOut })

test('a page without a session leads to the sign-in, and the right password from there to the page asked for', async ({
  page,
  allowInConsole,
}) => {
  const { email, password } = product()
  await page.goto('/modules?q=reader')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()

  allowInConsole(/status of 401.*\/api\/auth\/sign-in\/email/)
  await submitSignIn(page, email, 'not the password')
  await expect(page.getByRole('alert').filter({ hasText: 'do not belong together' })).toBeVisible()
  await expect(page.getByLabel('Email')).toHaveValue(email)

  await submitSignIn(page, email, password)
  await expect(page.getByRole('heading', { name: 'Modules', level: 1 })).toBeVisible()
  await expect(page).toHaveURL('/modules?q=reader')
  await expect(page.getByRole('link', { name: 'Package reader' })).toBeVisible()
})

test('signing out ends the session: the page that was open is closed to whoever comes next', async ({ page }) => {
  const { email, password } = product()
  await page.goto('/sign-in')
  await submitSignIn(page, email, password)
  await expect(page.getByRole('heading', { name: 'Command center' })).toBeVisible()
  const cookies = await page.context().cookies()

  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()

  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await page.context().addCookies(cookies)
  await page.goto('/tasks')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
})
