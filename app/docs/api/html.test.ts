import { createElement, Fragment } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { htmlOf } from './html.ts'
import { Reference, referenceHtml } from './reference.tsx'

test('AU-20 the description of the API is made once, and is what React would make of it', () => {
  const html = referenceHtml()
  expect(referenceHtml()).toBe(html)
  expect(html).toBe(renderToStaticMarkup(createElement(Reference)))
  expect(html.length).toBeGreaterThan(50_000)
})

test('what could be taken for HTML is escaped, in texts and in attributes', () => {
  const sly = `<b onclick="x">'&amp;`
  for (const element of [
    createElement('p', { className: sly, 'aria-hidden': true, hidden: true }, sly, 7, null, false),
    createElement(Fragment, null, createElement('br'), [sly, undefined]),
    createElement('wbr', { hidden: false, title: sly, id: undefined }),
  ])
    expect(htmlOf(element)).toBe(renderToStaticMarkup(element))
})

test('what has more to it than that is refused', () => {
  const style = createElement('p', { style: { color: 'red' } })
  const handler = createElement('p', { onClick: () => {} })
  for (const element of [style, handler]) expect(() => htmlOf(element)).toThrow(TypeError)
})
