import { visitor } from '#e2e/browser-client'
import { approve, requestStart, visitCallback } from '#e2e/flow'
import { beginsAsShown, isAsShown } from './compare.ts'
import { frontCommand } from './fronts.ts'
import type { Command, Step } from './page.ts'
import { type Place, type Running, runToEnd, startAndLeave, until } from './shell.ts'
import type { Surroundings } from './surroundings.ts'

/** How far a walk through a page has come. */
export type Walk = Surroundings & {
  /** What was started and goes on. */
  staying: Running[]
  front: Running | undefined
  passed: number
  failed: number
  /** The commands that have to be tried by hand. */
  notRun: string[]
}

/**
 * Does what a step of a page says. The marks of a block of commands: `stays` goes on in the background, in
 * place of what did so before or, with `beside`, besides; `stopped` is run once nothing goes on; `postgres`
 * has `DATABASE_URL` in its shell; `by-hand` is not run.
 * @throws {Error} with what was to be said and what was said
 */
export async function follow(step: Step, walk: Walk): Promise<void> {
  if (step.kind === 'meanwhile') return meanwhile(step.what, walk)
  if (step.kind === 'file') return putUpFront(step, walk)
  const { marks } = step
  if (marks.has('by-hand')) {
    for (const { text } of step.commands) walk.notRun.push(`  $ ${text}`)
    return
  }
  if (marks.has('stopped') || (marks.has('stays') && !marks.has('beside')))
    for (const one of walk.staying.splice(0)) await one.stop()
  const place = marks.has('postgres') ? withDatabase(walk) : walk.place
  const commands = step.commands.map(({ text, output }) => ({
    text: walk.here(text),
    output: walk.here(output),
  }))
  if (marks.has('stays')) for (const command of commands) await leaveRunning(command, place, walk)
  else await runAll(commands, place)
  for (const { text } of step.commands) console.log(`✓ $ ${text}`)
  walk.passed += commands.length
}

function withDatabase({ place, databaseUrl }: Walk): Place {
  return { ...place, env: { ...place.env, DATABASE_URL: databaseUrl } }
}

async function runAll(commands: Command[], place: Place): Promise<void> {
  const ends = await runToEnd(
    commands.map(({ text }) => text),
    place,
  )
  for (const [index, { text, output: shown }] of commands.entries()) {
    const { output = '', code } = ends[index] ?? {}
    if (!isAsShown(output, shown))
      throw new Error(`$ ${text}\nsaid\n${output}\nin place of\n${shown}`)
    if (code !== 0) throw new Error(`$ ${text}\nended with ${code}`)
  }
}

async function leaveRunning({ text, output }: Command, place: Place, walk: Walk): Promise<void> {
  const running = startAndLeave(text, place)
  walk.staying.push(running)
  await until(
    () => running.hasEnded() || beginsAsShown(running.said(), output),
    `“${text}” said so`,
  )
  if (running.hasEnded()) throw new Error(`$ ${text}\nended, and had said:\n${running.said()}`)
}

async function putUpFront(
  { language, text }: Extract<Step, { kind: 'file' }>,
  walk: Walk,
): Promise<void> {
  await walk.front?.stop()
  const { here, place, publicUrl } = walk
  const front = startAndLeave(frontCommand(language, here(text), place), place)
  walk.front = front
  const probe = `curl --silent --output /dev/null ${publicUrl}`
  const answers = async () => (await runToEnd([probe], place))[0]?.code === 0
  await until(async () => front.hasEnded() || (await answers()), `${language} answered`)
  if (front.hasEnded()) throw new Error(`${language} does not take it: ${front.said()}`)
  walk.passed += 1
  console.log(`✓ the configuration of ${language}`)
}

/** Of people there is one story: Alice logs in and connects Acme, directly or at the public address. */
async function meanwhile(what: string, walk: Walk): Promise<void> {
  if (what === 'the app runs') return restartApp(walk)
  const { appUrl, publicUrl } = walk
  const at = { 'Alice connects': appUrl, 'Alice connects through the proxy': publicUrl }[what]
  if (!at) throw new Error(`Nobody knows what “${what}” means`)
  const alice = visitor({ name: 'alice', appUrl: at })
  await alice.login('alice')
  const { location } = await requestStart({ visitor: alice })
  if (!location) throw new Error('start led nowhere')
  const { location: end } = await visitCallback(alice, await approve(location))
  if (end?.searchParams.get('status') !== 'connected') throw new Error(`The walk ended at ${end}`)
}

async function restartApp(walk: Walk): Promise<void> {
  for (const one of walk.staying.splice(0)) await one.stop()
  await leaveRunning(
    { text: 'npm start', output: `…\nReady on ${walk.appUrl}, …` },
    walk.place,
    walk,
  )
}
