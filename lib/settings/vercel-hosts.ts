/**
 * The variables, with `APP_BASE_URL` filled in at Vercel, which names hosts without a scheme. On a
 * preview each deployment and each branch has a host that nobody knows beforehand; in production it is
 * the project's domain, which whoever owns the project chose there. No request has a say in it.
 */
export function withVercelHosts(given: Record<string, string>): Record<string, string> {
  if (given.APP_BASE_URL) return given
  const hosts = new Set(hostsOf(given).filter(Boolean))
  const urls = [...hosts].map((host) => `https://${host}`)
  return urls.length > 0 ? { ...given, APP_BASE_URL: urls.join(',') } : given
}

function hostsOf(given: Record<string, string>): (string | undefined)[] {
  if (given.VERCEL_ENV === 'preview') return [given.VERCEL_URL, given.VERCEL_BRANCH_URL]
  return given.VERCEL_ENV === 'production' ? [given.VERCEL_PROJECT_PRODUCTION_URL] : []
}
