import { texts } from '../texts.ts'

/** Who used a grant, as the user knows them: a job by its name, themself as "you". */
export function callerName(caller: string): string {
  return isProxy(caller) ? texts.callers.you : caller
}

/** Whether it was the user themself, whose call this app passed on. */
export function isProxy(caller: string | undefined): boolean {
  return caller === 'proxy'
}
