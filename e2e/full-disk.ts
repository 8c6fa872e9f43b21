import { execFileSync } from 'node:child_process'
import type { App } from './app.ts'

/**
 * From now on no file of this process can grow (RLIMIT_FSIZE, Linux): what a full disk is to it.
 * @returns what makes room again
 */
export function fillDisk({ pid }: Pick<App, 'pid'>): () => void {
  const limit = (bytes: string) =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])
  limit('0')
  return () => void limit('unlimited')
}
