import { expect, test } from 'vitest'
import { beginsAsShown, isAsShown } from './compare.ts'
import { stepsOf } from './page.ts'

test('a page is read in its order: commands with their marks and output, files, and what people do', () => {
  const page = [
    'Text.',
    '```console stays beside',
    '$ one \\',
    '    two',
    'said',
    '$ three',
    '```',
    '<!-- walk: alice connects -->',
    '```js',
    '$ none',
    '```',
    '```nginx',
    'server {}',
    '```',
  ].join('\n')
  expect(stepsOf(page)).toEqual([
    {
      kind: 'commands',
      line: 2,
      marks: new Set(['stays', 'beside']),
      commands: [
        { text: 'one \\\n    two', output: 'said\n' },
        { text: 'three', output: '' },
      ],
    },
    { kind: 'meanwhile', line: 8, what: 'alice connects' },
    { kind: 'file', line: 12, language: 'nginx', text: 'server {}\n' },
  ])
})

test('an output is compared to the letter, but for what the page leaves open', () => {
  expect(isAsShown('added 7 packages\n', 'added … packages\n')).toBe(true)
  expect(isAsShown('added 7\npackages\n', 'added … packages\n')).toBe(false)
  expect(isAsShown('a\nb\nc\nd', '…\nd')).toBe(true)
  expect(isAsShown('a\nb\nc\nd', 'a\n…\nd')).toBe(true)
  expect(isAsShown('a\nb', 'a\n…')).toBe(true)
  expect(isAsShown('a\nb', 'a')).toBe(false)
  expect(isAsShown('a.c', 'a.c')).toBe(true)
  expect(isAsShown('abc', 'a.c')).toBe(false)
  expect(isAsShown('', '')).toBe(true)
  expect(isAsShown('a warning', '')).toBe(false)
})

test('npm’s own two lines are not part of what a script says', () => {
  expect(
    isAsShown('\n> app@1.0.0 doctor\n> node scripts/doctor.ts\n\nNo faults.\n', 'No faults.'),
  ).toBe(true)
})

test('what goes on is compared as far as it has come', () => {
  expect(beginsAsShown('Ready\n', 'Ready')).toBe(true)
  expect(beginsAsShown('Ready\nmore', 'Ready')).toBe(true)
  expect(beginsAsShown('', 'Ready')).toBe(false)
})
