import { chooseByKey, typeInto } from './support/keyboard.ts'
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

test('by keyboard alone, a module that nobody needs is disabled with a reason, shown so to everybody, and enabled again', async ({
  page,
  client,
}) => {
  await page.goto('/modules/language-detector')
  await chooseByKey(page, page.getByRole('button', { name: 'Disable' }))
  const disabling = page.getByRole('dialog', { name: 'Disable Language detector?' })
  await expect(disabling).toContainText('Nobody else can run language.detect')
  await expect(disabling.getByRole('button', { name: 'Disable' })).toBeDisabled()
  await typeInto(page, disabling.getByLabel('Reason'), 'wrong about Welsh')
  await expect(disabling.getByRole('button', { name: 'Disable' })).toBeDisabled()
  await typeInto(page, disabling.getByLabel('Type “language-detector” to confirm'), 'language-detector')
  await chooseByKey(page, disabling.getByRole('button', { name: 'Disable' }))
  await expect(disabling).toBeHidden()
  await expect(page.getByText(/^Disabled by .*: wrong about Welsh$/)).toBeVisible()

  await page.keyboard.press('g')
  await page.keyboard.press('m')
  const row = page.getByRole('table', { name: 'Modules' }).getByRole('row', { name: /Language detector/ })
  await expect(row).toContainText('Disabled')
  await chooseByKey(page, row.getByRole('link', { name: 'Language detector' }))

  // The list that is left has a chip of the same beginning.
  await chooseByKey(page, page.getByRole('button', { name: 'Enable', exact: true }))
  const enabling = page.getByRole('alertdialog', { name: 'Enable Language detector?' })
  await chooseByKey(page, enabling.getByRole('button', { name: 'Enable' }))
  await expect(enabling).toBeHidden()
  await expect(page.getByText(/^Disabled by/)).toBeHidden()
  await expect(panel(page, 'Recent events')).toContainText('wrong about Welsh')
  expect(await client.query('modules.get', { id: 'language-detector' })).toMatchObject({ enabled: true })
})
