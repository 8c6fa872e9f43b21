import { vi } from 'vitest'

/** What of a browser's page the client uses. Everything else of Node is as browsers have it. */
export type Page = {
  location: { href: string; pathname: string; search: string; hash: string; origin: string }
  /** Where the page was sent. */
  left: () => string | undefined
  /** What `window.open` gives; null for a browser that blocks it. */
  popup: Popup | null
  /** The URLs that the history holds, the last one shown. */
  shown: string[]
  /** How many windows were opened, and whether this one closed itself. */
  opened: number
  closed: boolean
  storage: Storage
  /** What a window that was opened got of it: a copy, as it was then. */
  copied: Storage
  /** As the browser does when the user comes back. */
  dispatch: (type: string, more?: object) => void
}

export type Popup = {
  closed: boolean
  close: () => void
  location: { replace: (url: string) => void }
}

/** Makes the globals those of a page at `href`, with a storage of its own tab. */
export function openPage(href: string, storage: Storage = memoryStorage()): Page {
  let left: string | undefined
  const events = new EventTarget()
  const page: Page = {
    location: Object.assign(new URL(href), { assign: (url: string) => (left = url) }),
    left: () => left,
    popup: null,
    shown: [href],
    opened: 0,
    closed: false,
    storage,
    copied: memoryStorage(),
    dispatch: (type, more = {}) => events.dispatchEvent(Object.assign(new Event(type), more)),
  }
  vi.stubGlobal('location', page.location)
  vi.stubGlobal('history', {
    state: null,
    replaceState: (_: unknown, __: string, url: URL) => void page.shown.push(`${url}`),
  })
  vi.stubGlobal('sessionStorage', storage)
  vi.stubGlobal('document', { hidden: false })
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events))
  vi.stubGlobal('open', () => {
    page.opened += 1
    page.copied = memoryStorage(entriesOf(storage))
    return page.popup
  })
  vi.stubGlobal('close', () => {
    page.closed = true
  })
  return page
}

/** A window that was opened, and where it was led. */
export function newPopup(): Popup & { url: () => string | undefined } {
  let url: string | undefined
  const popup = {
    closed: false,
    close: () => {
      popup.closed = true
    },
    location: {
      replace: (to: string) => {
        url = to
      },
    },
    url: () => url,
  }
  return popup
}

function entriesOf(storage: Storage): [string, string][] {
  return Array.from({ length: storage.length }, (_, index): [string, string] => {
    const name = storage.key(index) ?? ''
    return [name, storage.getItem(name) ?? '']
  })
}

/** A tab's storage. With entries it is a copy, as a new window gets one. */
export function memoryStorage(entries: Iterable<[string, string]> = []): Storage {
  const map = new Map(entries)
  return {
    get length() {
      return map.size
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (name) => map.get(name) ?? null,
    setItem: (name, value) => void map.set(name, value),
    removeItem: (name) => void map.delete(name),
    clear: () => map.clear(),
  }
}
