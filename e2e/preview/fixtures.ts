import { test as base } from 'playwright/test'

/** `test` for a deployment that may be protected: its door is opened for its own host, and no other. */
export const test = base.extend({
  context: async ({ context, baseURL }, use) => {
    const secret = process.env.VERCEL_AUTOMATION_BYPASS_SECRET
    if (secret) {
      // As a cookie: a header for all requests would also go to the login, and to third parties.
      const headers = {
        'x-vercel-protection-bypass': secret,
        'x-vercel-set-bypass-cookie': 'true',
      }
      await context.request.get(baseURL ?? '/', { headers, maxRedirects: 0 })
    }
    await use(context)
  },
})

export { expect } from 'playwright/test'
