import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * CPU time that a process has used so far, user and system, in milliseconds. `withChildren`: and those
 * that it started, the ended ones too, as Postgres has one for each connection.
 */
export function cpuMsOf(pid: number, { withChildren = false } = {}): number {
  if (!existsSync('/proc/self/stat')) return fromPs(pid)
  const own = fieldsOf(pid)
  if (!withChildren) return own.cpuMs
  const living = childrenOf(pid).map((child) => cpuMsOf(child, { withChildren }))
  return living.reduce((sum, cpu) => sum + cpu, own.cpuMs + own.endedMs)
}

/** Memory of a process that is in RAM, in MiB. */
export function memoryMiBOf(pid: number): number {
  const kibibytes = existsSync('/proc/self/status')
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  return Number(kibibytes) / 1024
}

/** proc(5): the fields after the name, which may hold spaces; ticks are a hundredth of a second. */
function fieldsOf(pid: number): { cpuMs: number; endedMs: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const ticks = (first: number) => ((fields[first] ?? 0) + (fields[first + 1] ?? 0)) * 10
  return { cpuMs: ticks(11), endedMs: ticks(13) }
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

/** Where there is no /proc: `[hours:]minutes:seconds.hundredths`. */
function fromPs(pid: number): number {
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' })
  return (
    text
      .trim()
      .split(/[:-]/)
      .map(Number)
      .reduce((sum, part) => sum * 60 + part, 0) * 1000
  )
}
