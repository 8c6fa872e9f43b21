import { parseHostPattern } from '#lib/url-pattern'

/**
 * For the workflow that looks at previews: ends with 1 unless the address that a deployment reports is at a host of
 * this team. What comes after it sends secrets there.
 */
export function previewProblem({ BASE_URL = '', PREVIEW_HOSTS = '' }: Given): string | undefined {
  const sources = PREVIEW_HOSTS.split(',').map((part) => part.trim())
  const patterns = sources.filter(Boolean).map(parseHostPattern)
  if (patterns.length === 0)
    return 'The variable PREVIEW_HOSTS of this repository is missing (docs/previews.md).'
  const url = URL.parse(BASE_URL)
  const isOurs =
    url?.protocol === 'https:' &&
    url.href === `${url.origin}/` &&
    patterns.some((pattern) => pattern.matches(url))
  return isOurs ? undefined : 'The deployment is at no host that PREVIEW_HOSTS names.'
}

type Given = { BASE_URL?: string | undefined; PREVIEW_HOSTS?: string | undefined }

if (import.meta.main) {
  const { BASE_URL, PREVIEW_HOSTS } = process.env
  const problem = previewProblem({ BASE_URL, PREVIEW_HOSTS })
  if (problem) console.error(problem)
  process.exitCode = problem ? 1 : 0
}
