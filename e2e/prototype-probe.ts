import { expect } from 'playwright/test'
import type { App } from './app.ts'
import type { Settings } from './settings.ts'

const question = 'SIGUSR2'
const probe = `process.on('${question}', () => {
  const names = []
  for (const name in {}) names.push(name)
  console.log('prototype: ' + JSON.stringify(names) + '.')
})`

/** Lets the app be asked what all its objects inherit. */
export function probeEnv(): Settings {
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(probe)}` }
}

/** What `for … in {}` finds in the running app: nothing, unless its prototype was polluted. */
export async function prototypeFields(app: App): Promise<unknown> {
  const { length } = app.output()
  const answer = () => /prototype: (.*)\.\n/.exec(app.output().slice(length))?.[1]
  process.kill(app.pid, question)
  await expect.poll(answer).toBeDefined()
  return JSON.parse(answer() ?? '')
}
