/**
 * Values of which there must be one a process. Pages, routes and instrumentation each get their own
 * instance of a module from Next, so module variables are not enough.
 */
export function oncePerProcess<T>(name: string, make: () => T): T {
  const key = Symbol.for('grantkeeper')
  const holder = globalThis as { [key: symbol]: Map<string, unknown> | undefined }
  const values = holder[key] ?? new Map<string, unknown>()
  holder[key] = values
  if (!values.has(name)) values.set(name, make())
  return values.get(name) as T
}
