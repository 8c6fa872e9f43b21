import { z } from 'zod'

const lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
    }),
  ),
})
const manifest = z.object({ scripts: z.record(z.string(), z.string()), npmrc: z.string() })

/** Below these, something is known to be wrong that matters here; axios must not be there at all. */
const floors: Record<string, string> = {
  next: '16.2.11',
  '@auth0/nextjs-auth0': '4.29.0',
  jose: '6.0.0',
  oauth4webapi: '3.8.0',
  'iron-session': '9.0.0',
  'next-auth': '4.24.15',
  'openid-client': '5.7.1',
}

/** What next-auth 4 brings for itself is an older line, still kept: its last, without known holes. */
const olderLines: Record<string, string> = {
  'node_modules/next-auth/node_modules/jose': '4.15.9',
}

/**
 * What is wrong with the packages that get installed: too old, from elsewhere, or running code.
 * @param lock package-lock.json
 * @param own package.json, and `npmrc`, the text of .npmrc
 */
export function lockfileProblems(lock: unknown, own: unknown): string[] {
  return [...packageProblems(lock), ...installProblems(lock, own)]
}

/** DP-01: versions with known holes. */
export function packageProblems(lock: unknown): string[] {
  return Object.entries(lockfile.parse(lock).packages).flatMap(([path, { version = '' }]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (path.endsWith('node_modules/axios')) return [`${path}: axios is not used here`]
    const floor = path === '' ? undefined : (olderLines[path] ?? floors[name])
    return floor && isOlder(version, floor) ? [`${path} ${version} is older than ${floor}`] : []
  })
}

/** DP-02, AU-17: an install fetches what the lockfile names and hashes, from the registry in use, and runs nothing. */
export function installProblems(lock: unknown, own: unknown): string[] {
  const { scripts, npmrc } = manifest.parse(own)
  const addresses = Object.entries(lockfile.parse(lock).packages)
    .filter(([, { resolved }]) => resolved !== undefined)
    .map(([path]) => `${path} has a download address in package-lock.json`)
  const unhashed = Object.entries(lockfile.parse(lock).packages)
    // The project itself, what links to a folder of it, and what is inside another package.
    .filter(([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle)
    .filter(([path]) => !neverPublished.test(path))
    .filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity))
    .map(([path]) => `${path} has no hash: node scripts/complete-lock.mjs`)
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare']
    .filter((name) => scripts[name] !== undefined)
    .map((name) => `package.json runs code at install: ${name}`)
  const npm = /^ignore-scripts=true$/m.test(npmrc) ? [] : ['.npmrc lacks ignore-scripts=true']
  return [...addresses, ...unhashed, ...hooks, ...npm]
}

/**
 * What Vercel's command line names for the platforms of others, and the registry has not got at that version: the
 * hash of nothing cannot be told. Tests install it on x64 Linux, whose package has one.
 */
const neverPublished =
  /^node_modules\/@vercel\/vc-native-(darwin-(arm64|x64)|linux-arm64|win32-(arm64|x64))$/

function isOlder(version: string, floor: string): boolean {
  const [a = [], b = []] = [version, floor].map((text) => text.split(/[.-]/).map(Number))
  const place = [0, 1, 2].find((index) => a[index] !== b[index])
  return place !== undefined && (a[place] ?? 0) < (b[place] ?? 0)
}
