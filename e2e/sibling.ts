import { startTlsFront } from './tls-front.ts'
import type { World } from './world.ts'

/**
 * Attacker land at another origin of the app's own site, which is of the same scheme too: what it frames
 * or asks for is sent the cookies.
 */
export async function startSibling({
  appUrl,
  attacker,
}: World): Promise<{ url: string; close: () => Promise<void> }> {
  const { port } = new URL(attacker.url)
  if (appUrl.startsWith('https:')) return startTlsFront(Number(port))
  return { url: `http://localhost:${port}`, close: async () => {} }
}
