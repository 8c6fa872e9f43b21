import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/** Counts the transactions that are committed to an SQLite file, by whichever process. */
export type CommitCounter = { read: () => number; close: () => void }

/**
 * Empties the write-ahead log and holds a snapshot, so that nobody begins it anew: then each commit since
 * is in it.
 */
export function countCommits(databaseUrl: string): CommitCounter {
  const path = databaseUrl.slice('file:'.length)
  const holder = new Database(path, { timeout: 3000 })
  holder.pragma('wal_checkpoint(TRUNCATE)')
  holder.exec('begin; select count(*) from sqlite_master')
  return { read: () => commitsIn(readFileSync(`${path}-wal`)), close: () => void holder.close() }
}

/** https://sqlite.org/fileformat2.html §4.1: a frame that ends a transaction names the size of the file. */
function commitsIn(log: Buffer): number {
  if (log.length < headerBytes) return 0
  const frame = frameHeaderBytes + log.readUInt32BE(8)
  const salts = log.subarray(16, 24)
  let count = 0
  for (let at = headerBytes; at + frame <= log.length; at += frame) {
    const isOfThisLog = log.subarray(at + 8, at + 16).equals(salts)
    if (isOfThisLog && log.readUInt32BE(at + 4) > 0) count += 1
  }
  return count
}

const headerBytes = 32
const frameHeaderBytes = 24
