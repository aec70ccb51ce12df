import { randomBytes } from 'node:crypto'
import { product } from './support/product.ts'
import { expect, type Page, signedOut, submitSignIn, test } from './support/test.ts'

test.use({ storageState: signedOut })

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
}

/** The button says why when asked, and asks nothing of the server. */
async function mustRefuse(page: Page, name: string | RegExp): Promise<void> {
  const button = page.getByRole('button', { name, exact: true })
  await expect(button).toBeDisabled()
  await button.click({ force: true })
  await expect(page.getByRole('tooltip')).toContainText('Needs the role operator; you are signed in as viewer.')
}

test('an admin lets a viewer in, who sees everything but can change nothing, and is told why before trying', async ({
  page,
}) => {
  const admin = product()
  const viewer = {
    name: 'Vera Viewer',
    email: `vera-${randomBytes(4).toString('hex')}@example.org`,
    password: 'only here to look around',
  }
  await page.goto('/settings')
  await submitSignIn(page, admin.email, admin.password)
  await page.getByRole('button', { name: 'Add a person' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a person' })
  await dialog.getByLabel('Name').fill(viewer.name)
  await dialog.getByLabel('Email').fill(viewer.email)
  await dialog.getByLabel('Password', { exact: true }).fill(viewer.password)
  await expect(dialog.getByRole('combobox', { name: 'Role' })).toHaveText('Viewer')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByRole('row', { name: viewer.email })).toContainText('never')
  await signOut(page)

  await submitSignIn(page, viewer.email, viewer.password)
  const asked: string[] = []
  page.on('request', request => request.method() === 'POST' && asked.push(request.url()))
  await expect(page.getByRole('heading', { name: 'Command center' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Modules' }).getByRole('link', { name: 'Report writer' })).toBeVisible()

  await page.goto('/modules/language-detector')
  await mustRefuse(page, 'Disable')
  await mustRefuse(page, 'Deploy')
  await page.goto('/tasks?status=succeeded')
  await mustRefuse(page, 'Submit')
  await page.getByRole('table').getByRole('link').first().click()
  await mustRefuse(page, 'Retry')
  await page.goto('/breakers')
  await mustRefuse(page, 'Reset all')
  await page.getByRole('button', { name: 'Report writer' }).first().click()
  await mustRefuse(page, 'Hold open')

  await page.goto('/settings')
  await expect(page.getByText('People are for admins')).toBeVisible()
  await page.getByRole('tab', { name: 'Keys' }).click()
  await expect(page.getByText('Keys are for admins')).toBeVisible()
  expect(asked).toEqual([])
})
