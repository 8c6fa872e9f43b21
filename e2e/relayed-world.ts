import { type App, startApp } from './app.ts'
import { key } from './settings.ts'
import { freePort } from './stand-in/server.ts'
import { type Street, startStreet } from './street.ts'
import { startWorld, type World } from './world.ts'

/** A stable deployment, a preview that uses its relay, and a third host that only looks like a preview. */
export type RelayedWorld = {
  stable: World
  /** Its third parties know nothing but the stable deployment's relay. */
  preview: World
  /** The same preview at the host of its branch. */
  branchUrl: string
  /** Has every secret of the preview, the relay's keys too, but not its host. */
  lookAlike: { app: App; appUrl: string }
  relayKeys: string
  stop: () => Promise<void>
}

export async function startRelayedWorld(): Promise<RelayedWorld> {
  const street = await startStreet()
  const relayKeys = key()
  const { host: hosts } = new URL(street.urlOf('my-app-*-my-team.localhost'))
  const stable = await startWorld({
    at: { street, names: ['app.localhost'] },
    env: { RELAY_KEYS: relayKeys, RELAY_HOSTS: hosts },
  })
  const preview = await startPreview(street, { RELAY_URL: stable.appUrl, RELAY_KEYS: relayKeys })
  const lookAlike = await startLookAlike(street, preview)
  return {
    stable,
    preview,
    branchUrl: street.urlOf(branch),
    lookAlike,
    relayKeys,
    async stop() {
      await Promise.all([stable.stop(), preview.stop(), lookAlike.app.stop()])
      await street.close()
    },
  }
}

const deployment = 'my-app-1a2b-my-team.localhost'
const branch = 'my-app-git-feature-my-team.localhost'

/** As Vercel starts one: nobody has set its base URL. */
function startPreview(street: Street, relay: Record<string, string>): Promise<World> {
  const [VERCEL_URL, VERCEL_BRANCH_URL] = [deployment, branch].map(
    (name) => new URL(street.urlOf(name)).host,
  )
  const own = { APP_BASE_URL: '', VERCEL_ENV: 'preview', VERCEL_URL, VERCEL_BRANCH_URL }
  return startWorld({
    at: { street, names: [deployment, branch] },
    relay: relay.RELAY_URL ?? '',
    env: { ...own, ...relay } as Record<string, string>,
  })
}

async function startLookAlike(street: Street, preview: World) {
  const port = await freePort()
  const appUrl = street.admit('my-app-1a2b-my-team-evil.localhost', port)
  const env = { ...preview.env, APP_BASE_URL: appUrl, PORT: String(port) }
  return { appUrl, app: await startApp(env) }
}
