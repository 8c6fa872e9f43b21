import { expect, test } from '../browser-fixtures.ts'
import { expectAccessible } from '../looked-at.ts'
import { states } from './states.ts'

// The longest file by far: shared among the workers.
test.describe.configure({ mode: 'parallel' })

for (const { name, arrange, path, act, shows } of states)
  test(`${name}: no finding in light and dark, on a desk and on a phone; fits 320 px`, async ({
    page,
    demo,
  }) => {
    await arrange?.({ page, demo })
    await page.goto(path)
    await act?.(page)
    await expect(page.getByText(shows).first()).toBeVisible()
    await expectAccessible(page, name)
  })
