import type { LoginUser } from './login-page.ts'

/** Who can log in. The subs look as those of an Auth0 database connection do. */
export const loginUsers: readonly LoginUser[] = ['Alice', 'Bob', 'Mallory'].map((name) => {
  const login = name.toLowerCase()
  return { login, sub: `auth0|${login}`, name, email: `${login}@example.com` }
})
