import { startApp } from './app.ts'
import type { Settings } from './settings.ts'
import { freePort } from './stand-in/server.ts'
import type { World } from './world.ts'

/** What the app says when it is started in a world with other settings, which must end it at once. */
export async function refusal({ env }: World, changes: Settings): Promise<string> {
  const PORT = String(await freePort())
  try {
    const app = await startApp({ ...env, PORT, ...changes })
    await app.stop()
    return 'It started.'
  } catch (error) {
    return String(error)
  }
}
