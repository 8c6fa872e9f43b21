/** Kept apart from `texts.ts`: the error page runs in the browser, and only these words go there. */
export const errorPage = {
  title: 'This page could not be shown',
  body: 'Something failed on our side. Your integrations are not affected.',
  retry: 'Load it again',
  reference: 'Reference for support',
} as const
