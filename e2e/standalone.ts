import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { completeStandalone, standalone } from '#scripts/standalone'

/** The standalone build in a fresh folder outside of the project: nothing is there but itself. */
export async function standaloneElsewhere(): Promise<{
  folder: string
  remove: () => Promise<void>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-standalone-'))
  // Verbatim: links would else be made to lead back into the project.
  await cp(standalone, folder, { recursive: true, verbatimSymlinks: true })
  completeStandalone(folder)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** The paths of all files below a folder. */
export async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}
