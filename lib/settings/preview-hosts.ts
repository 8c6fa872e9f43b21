/**
 * The variables, with `APP_BASE_URL` filled in on a preview at Vercel, where each deployment and each
 * branch has a host of its own that nobody knows beforehand. Vercel names them without a scheme. In
 * production a base URL is only what somebody chose.
 */
export function withPreviewHosts(given: Record<string, string>): Record<string, string> {
  if (given.VERCEL_ENV !== 'preview' || given.APP_BASE_URL) return given
  const hosts = new Set([given.VERCEL_URL, given.VERCEL_BRANCH_URL].filter(Boolean))
  const urls = [...hosts].map((host) => `https://${host}`)
  return urls.length > 0 ? { ...given, APP_BASE_URL: urls.join(',') } : given
}
