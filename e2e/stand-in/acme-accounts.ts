/** The people who have an account at Acme Music. */
export const acmeAccounts = [
  { login: 'ada', sub: 'acme_ada', name: 'Ada Lovelace', email: 'ada@acme.example' },
  { login: 'grace', sub: 'acme_grace', name: 'Grace Hopper', email: 'grace@acme.example' },
] as const

/** What each scope lets an app do, as the consent page says it. Others are not asked about. */
export const acmeScopes: Record<string, { title: string; detail: string; optional: boolean }> = {
  profile: {
    title: 'See your name and e-mail address',
    detail: 'So that the app can show which account is connected.',
    optional: false,
  },
  'playlists.read': {
    title: 'See your playlists',
    detail: 'Names, songs and who made them, private ones included.',
    optional: false,
  },
  'playlists.write': {
    title: 'Change your playlists',
    detail: 'Create playlists, add and remove songs.',
    optional: true,
  },
}
