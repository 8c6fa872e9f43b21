import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { arrows } from './arrows.ts'
import { staleFiles } from './generate.ts'
import { installProblems, lockfileProblems } from './lockfile.ts'
import { root, run, stopWithUs } from './run.ts'

export type Step = { name: string; problems: string[]; seconds: number }

/**
 * Vercel's command line and the authorization servers of others, which tests install: packages of their
 * own (e2e/vercel, e2e/interop).
 */
const others = ['e2e/vercel/cli', 'e2e/interop/servers']

/** All that can be said about the project without running it, at once. */
export async function check(): Promise<Step[]> {
  return Promise.all([
    step('format and lint', () => fromCommand(['biome', 'check', '--error-on-warnings', '.'])),
    step('import arrows', arrows),
    step('types', types),
    step('generated files', staleFiles),
    step('migrations', migrations),
    step('lockfiles', async () => [
      ...['.', 'bench/peers'].flatMap((folder) => packagesOf(folder, lockfileProblems)),
      // What these bring along is their own, and runs in a test alone.
      ...others.flatMap((folder) => packagesOf(folder, installProblems)),
    ]),
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  stopWithUs()
  const steps = await check()
  show(steps)
  process.exitCode = steps.some(({ problems }) => problems.length > 0) ? 1 : 0
}

/** One line a step, and below it what is wrong. */
export function show(steps: Step[]): void {
  for (const { name, problems, seconds } of steps) {
    console.log(`${problems.length === 0 ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`)
    for (const problem of problems) console.log(problem.replace(/^/gm, '    '))
  }
}

async function step(name: string, find: () => Promise<string[]>): Promise<Step> {
  const start = performance.now()
  const problems = await find().catch((error: unknown) => [String(error)])
  return { name, problems, seconds: (performance.now() - start) / 1000 }
}

async function fromCommand(command: string[]): Promise<string[]> {
  const { code, output } = await run(command)
  return code === 0 ? [] : [output.trim() || `${command.join(' ')} ended with ${code}`]
}

/**
 * Next's part first: the types of the routes, which a fresh clone does not have. The client and the
 * example are browsers' own, and must not know Node.
 */
async function types(): Promise<string[]> {
  const problems = await fromCommand(['next', 'typegen'])
  if (problems.length > 0) return problems
  const projects = ['.', 'client', 'examples/spa'].map((folder) =>
    fromCommand(['tsc', '-p', folder, '--noEmit', '--pretty', 'false']),
  )
  return (await Promise.all(projects)).flat()
}

async function migrations(): Promise<string[]> {
  return fromCommand(['node', 'scripts/db-generate.ts', '--check'])
}

/** The packages of a folder that are installed from its own lockfile. */
function packagesOf(folder: string, problemsOf: typeof lockfileProblems): string[] {
  const read = (file: string) => readFileSync(join(root, folder, file), 'utf8')
  const npmrc = existsSync(join(root, folder, '.npmrc')) ? read('.npmrc') : ''
  const own = { scripts: {}, ...JSON.parse(read('package.json')), npmrc }
  return problemsOf(JSON.parse(read('package-lock.json')), own).map((problem) =>
    folder === '.' ? problem : `${folder}: ${problem}`,
  )
}
