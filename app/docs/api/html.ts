import type { ReactNode } from 'react'

/**
 * The HTML of elements that never change, for a page that is made once: without a script, a state or a style of
 * its own. React renders anew for every request, in the process that also answers jobs.
 * @throws {TypeError} for anything but plain elements and functions that return some
 */
export function htmlOf(node: ReactNode): string {
  if (node === null || node === undefined || typeof node === 'boolean') return ''
  if (typeof node === 'string' || typeof node === 'number') return escaped(String(node))
  if (Array.isArray(node)) return node.map(htmlOf).join('')
  if (!isElement(node)) throw new TypeError('only plain elements can be made once')
  const { type, props } = node
  if (typeof type === 'function') return htmlOf(type(props))
  if (typeof type !== 'string') return htmlOf(props.children)
  const tag = `<${type}${attributesOf(props)}`
  return voidElements.has(type) ? `${tag}/>` : `${tag}>${htmlOf(props.children)}</${type}>`
}

type Props = { children?: ReactNode } & Record<string, unknown>
type Element = { type: string | symbol | ((props: Props) => ReactNode); props: Props }

function isElement(node: unknown): node is Element {
  return typeof node === 'object' && node !== null && 'type' in node && 'props' in node
}

function attributesOf(props: Props): string {
  return Object.entries(props)
    .filter(([name, value]) => name !== 'children' && value !== undefined && value !== false)
    .map(([name, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw new TypeError(`${name} cannot be written as an attribute`)
      const text = value === true && !name.startsWith('aria-') ? '' : String(value)
      return ` ${name === 'className' ? 'class' : name}="${escaped(text)}"`
    })
    .join('')
}

const voidElements = new Set(['br', 'hr', 'img', 'wbr'])

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
