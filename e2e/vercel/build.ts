import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '#scripts/run'
import type { Settings } from '../settings.ts'

export type VercelBuild = {
  /** `.vercel/output`, as Vercel would take it. */
  output: string
  /** What the build said. */
  said: string
  remove: () => void
}

/**
 * Builds a copy of the project with `vercel build`: without an account, without what git does not know,
 * and with no settings but these. `files`: what somebody has added to their copy.
 */
export async function vercelBuild(
  settings: Settings,
  files: Record<string, string>,
): Promise<VercelBuild> {
  const command = installCli()
  const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-vercel-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    copyProject(folder)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    linkToProject(folder)
    const said = await build(command, folder, settings)
    return { output: join(folder, '.vercel', 'output'), said, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** From its own lockfile, once; nothing of it runs at the install. */
function installCli(): string {
  const cli = join(root, 'e2e', 'vercel', 'cli')
  const command = join(cli, 'node_modules', '.bin', 'vercel')
  if (!existsSync(command))
    execFileSync('npm', ['ci', '--loglevel=error'], { cwd: cli, stdio: 'inherit' })
  return command
}

function copyProject(folder: string): void {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\0')
  for (const file of files.filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  linkPackages(folder)
}

/** Hard links: Next follows no link out of its folder, and copying takes long. */
function linkPackages(folder: string): void {
  const [from, to] = [join(root, 'node_modules'), join(folder, 'node_modules')]
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' })
  } catch {
    execFileSync('cp', ['-a', from, to])
  }
}

/** What `vercel link` and `vercel pull` leave behind, with ids that nobody has. */
function linkToProject(folder: string): void {
  mkdirSync(join(folder, '.vercel'))
  const settings = { framework: 'nextjs', nodeVersion: '24.x', installCommand: 'true' }
  const project = { projectId: 'prj_none', orgId: 'team_none', settings }
  writeFileSync(join(folder, '.vercel', 'project.json'), JSON.stringify(project))
}

async function build(command: string, folder: string, settings: Settings): Promise<string> {
  const { PATH = '' } = process.env
  const quiet = { CI: '1', NEXT_TELEMETRY_DISABLED: '1', VERCEL_TELEMETRY_DISABLED: '1' }
  // Its own home: nobody's login of Vercel is there.
  const env = {
    NODE_ENV: 'production' as const,
    PATH,
    HOME: join(folder, '.vercel'),
    ...quiet,
    ...settings,
  }
  const options = { cwd: folder, env, encoding: 'utf8' as const, maxBuffer: 1e8 }
  const args = ['build', '--yes', '--prod', '--standalone']
  const { stdout, stderr } = await promisify(execFile)(command, args, options).catch((error) => {
    throw new Error(
      `vercel build ended with ${error.code}. It said:\n${error.stdout}${error.stderr}`,
    )
  })
  return stdout + stderr
}
