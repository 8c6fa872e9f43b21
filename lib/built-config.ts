import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Gives Next the configuration that it was built with, by the variable that its own standalone server
 * uses: nothing is compiled at the start, and a standalone build, which has no next.config.ts, starts alike.
 * @param folder where `.next` is
 */
export function adoptBuiltConfig(folder: string): void {
  const file = join(folder, '.next', 'required-server-files.json')
  // Next itself says that there is no build.
  if (!existsSync(file)) return
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: unknown }
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config)
}

/**
 * Tells Next where it can reach itself, by the variable of `next start`. It asks for the page to which an action leads,
 * with the user's cookies: without this at localhost:3000, where any program may listen. It reads the variable as an
 * action ends, so before we listen is early enough.
 * @param origin an address, never a name
 */
export function tellOwnOrigin(origin: string): void {
  process.env.__NEXT_PRIVATE_ORIGIN = origin
}
