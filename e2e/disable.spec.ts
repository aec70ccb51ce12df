import { expect, panel, test } from './support/test.ts'

test('a module that others need says which before the click, and cannot be disabled', async ({ page, client }) => {
  const asked: string[] = []
  page.on('request', request => request.method() === 'POST' && asked.push(request.url()))
  await page.goto('/modules/package-reader')
  await page.getByRole('button', { name: 'Disable' }).click()

  const dialog = page.getByRole('dialog', { name: 'Disable Package reader?' })
  await expect(dialog).toContainText('Required by dependency-auditor and report-writer')
  const disable = dialog.getByRole('button', { name: 'Disable' })
  await expect(disable).toBeDisabled()
  await disable.click({ force: true })
  await expect(page.getByRole('tooltip')).toContainText('Required by dependency-auditor, report-writer')
  expect(asked).toEqual([])

  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toBeHidden()
  expect(await client.query('modules.get', { id: 'package-reader' })).toMatchObject({ enabled: true })
})

test('a module that nobody needs is disabled with a reason, shown so to everybody, and enabled again', async ({
  page,
  client,
}) => {
  await page.goto('/modules/language-detector')
  await page.getByRole('button', { name: 'Disable' }).click()
  const disabling = page.getByRole('dialog', { name: 'Disable Language detector?' })
  await expect(disabling).toContainText('Nobody else can run language.detect')
  await expect(disabling.getByRole('button', { name: 'Disable' })).toBeDisabled()
  await disabling.getByLabel('Reason').fill('wrong about Welsh')
  await expect(disabling.getByRole('button', { name: 'Disable' })).toBeDisabled()
  await disabling.getByLabel('Type “language-detector” to confirm').fill('language-detector')
  await disabling.getByRole('button', { name: 'Disable' }).click()
  await expect(disabling).toBeHidden()
  await expect(page.getByText(/^Disabled by .*: wrong about Welsh$/)).toBeVisible()

  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Modules/ })
    .click()
  const row = page.getByRole('table', { name: 'Modules' }).getByRole('row', { name: /Language detector/ })
  await expect(row).toContainText('Disabled')
  await row.getByRole('link', { name: 'Language detector' }).click()

  // The list that is left has a chip of the same beginning.
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  const enabling = page.getByRole('alertdialog', { name: 'Enable Language detector?' })
  await enabling.getByRole('button', { name: 'Enable' }).click()
  await expect(enabling).toBeHidden()
  await expect(page.getByText(/^Disabled by/)).toBeHidden()
  await expect(panel(page, 'Recent events')).toContainText('wrong about Welsh')
  expect(await client.query('modules.get', { id: 'language-detector' })).toMatchObject({ enabled: true })
})
