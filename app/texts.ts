import type { ErrorCode } from '#lib/errors'

/*
 * Every word that a person reads, in one place. The pattern of a message: what happened, what it
 * means, what to do. `p` is the provider's name, `a` an account's label.
 */

type Sentence = { what: string; means: string; todo: string }

export const texts = {
  product: 'Grantkeeper',
  skip: 'Skip to the content',
  utc: 'Days and exact times are in UTC.',
  referenceCode: 'Code for support',
  someService: 'the service',
  someOldService: 'a service that is no longer offered',

  landing: {
    title: 'Your accounts elsewhere, connected and kept safe',
    description:
      'Connect the services you use, see what each may do, and end it whenever you like.',
    lead: 'Connect the services you use to this app. You decide what each one may do, you see what happened, and you can end it whenever you like.',
    logIn: 'Log in',
    picture: 'You, this app and another service, joined by a key that stays with the app.',
    points: [
      {
        title: 'You say yes at the source',
        body: 'You grant access on the other service’s own pages. Your password there never reaches us.',
      },
      {
        title: 'The keys stay here',
        body: 'What the service hands out is sealed on our server. It is never sent to your browser.',
      },
      {
        title: 'One click ends it',
        body: 'Disconnect, and we delete our access, ask the service to revoke it, and tell you how that went.',
      },
    ],
  },

  docs: {
    title: 'The HTTP API',
    download: 'The same as OpenAPI 3.1',
    contents: 'Contents',
    who: 'Who may call',
    callers: 'For',
    everybody: 'For everybody.',
    nobodyYet: 'who is not logged in yet',
    or: ', or ',
    and: ' with ',
    schemes: {
      userToken: 'a user’s token',
      machineToken: 'a machine’s token',
      apiKey: 'an API key',
      cookie: 'the login cookie',
      ownPage: 'X-Grantkeeper from our own page',
      cronSecret: 'the secret of the clock',
    },
    parameters: 'Parameters',
    places: { path: 'in the path', query: 'in the query', header: 'as a header' },
    optional: 'optional',
    body: 'Send as JSON:',
    answers: 'Answers',
    other: 'Other',
    schemas: 'Schemas',
  },

  shell: {
    nav: 'Main',
    integrations: 'Integrations',
    activity: 'Activity',
    account: (name: string) => `Your account: ${name}`,
    noName: 'No name',
    signedInAs: 'Signed in as',
    theme: 'Appearance',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    logOut: 'Log out',
  },

  integrations: {
    title: 'Integrations',
    lead: 'The services that you connected to this app, and those that you can connect.',
    groups: {
      attention: 'Needs you',
      interrupted: 'Interrupted',
      connected: 'Connected',
      available: 'Available',
    },
    noneOffered: {
      title: 'Nothing to connect yet',
      body: 'No service is set up here. Whoever runs this app can add one: a provider is offered as soon as it has a client id in the settings.',
    },
    noneConnected: {
      title: 'Nothing is connected',
      body: 'Connect a service below, and this app can work with what you have there: also when you are away, and only as far as you allow.',
    },
    dismiss: 'Dismiss this message',
  },

  actions: {
    connect: 'Connect',
    manage: 'Manage',
    reconnect: 'Reconnect',
    startOver: 'Start over',
    tryAgain: 'Try again',
    grantAccess: 'Grant access',
    connectAnother: 'Connect another account',
    pause: 'Pause',
    resume: 'Resume',
    disconnect: 'Disconnect',
    cancel: 'Cancel',
    continueTo: (p: string) => `Continue to ${p}`,
    /** What an action is done to: read by screen readers, after the visible word. */
    object: (p: string, a: string | null) => (a ? `${p} (${a})` : p),
  },

  states: {
    notConnected: (p: string) => `Not connected. ${p} asks you before anything is shared.`,
    connecting: (p: string) => `Waiting for you to finish at ${p}. Started`,
    connectingTodo: 'Finish in the tab where it is open, or start over; nothing is lost.',
    connected: 'Connected',
    lastUsed: 'last used',
    by: (caller: string) => `by ${caller}`,
    neverUsed: 'not used yet',
    missingScopes: 'Works, but without:',
    reauthorize: {
      invalid_grant: (p: string) => `${p} no longer accepts our access`,
      expired: (p: string) => `The access that ${p} gave has run out`,
      lost_rotation: (p: string) => `A renewed key from ${p} was lost on its way to us`,
      refused: (p: string) => `${p} has refused our access for more than a day`,
      possible_reuse: (p: string) =>
        `Somebody else may have used our access to ${p}, so it was ended`,
      credential_unreadable: () => 'The stored access can no longer be read',
      other: (p: string) => `${p} asks for your consent again`,
    },
    reauthorizeTodo: 'Reconnect to go on; the history is kept.',
    /** Followed by since when. */
    refused: (p: string) => `${p} stopped renewing our access`,
    refusedTodo: 'We keep trying; reconnecting may fix it at once.',
    expiring: 'Access ends',
    expiringTodo: 'Reconnect to keep it.',
    paused: 'Paused',
    pausedTodo: 'Nothing uses it until you resume it.',
    pausedAndOver: 'To be used again it must be reconnected, too.',
    /** What keeps access from being renewed: followed by since when, or by nothing if nobody knows. */
    trouble: {
      temporarily_unavailable: {
        began: (p: string) => `${p} stopped answering`,
        lasts: (p: string) => `${p} does not answer`,
      },
      storage_unavailable: {
        began: () => 'Our own records stopped taking changes',
        lasts: () => 'Our own records take no changes',
      },
      provider_misconfigured: {
        began: (p: string) => `${p} stopped accepting how this app is set up`,
        lasts: (p: string) => `${p} does not accept how this app is set up`,
      },
      credential_unreadable: {
        began: () => 'A key on our side was found missing',
        lasts: () => 'A key is missing on our side',
      },
    },
    troubleTodo: {
      unavailable: 'We keep trying; there is nothing for you to do.',
      misconfigured: 'Please tell whoever runs this app; reconnecting will not help.',
      /** Where it is this connection's alone, a new one may be free of it. */
      mendable: {
        unavailable: 'We keep trying; if it lasts, reconnect.',
        misconfigured: 'Reconnect to go on, or tell an administrator.',
      },
    },
    worksUntil: 'Still works; the access that we hold runs out',
    reference: 'Reference:',
    failed: 'Not connected.',
    disconnected: 'Disconnected',
    since: 'since',
  },

  returned: {
    connected: {
      title: (p: string) => `${p} connected`,
      body: (p: string, a: string | null) =>
        a
          ? `This app can now work with ${p} as ${a}. You can end that at any time.`
          : `This app can now work with ${p}. You can end that at any time.`,
    },
    failed: { title: (p: string) => `${p} was not connected` },
    failedUnknown: { title: 'Nothing was connected' },
    unused: { title: (p: string) => `This answer from ${p} was not used` },
    unusedUnknown: { title: 'This answer was not used' },
    disconnected: {
      title: (p: string) => `${p} disconnected`,
      revoked: (p: string) =>
        `Our access was deleted here and revoked at ${p}. Nothing is left to do.`,
      unsupported: (p: string) =>
        `Our access was deleted here, but could not be revoked at ${p} by us. To leave nothing behind, remove this app on its own page.`,
      failed: (p: string) =>
        `Our access was deleted here, but ${p} did not confirm that it revoked it. We keep trying for a day; to be sure, remove this app on its own page.`,
      page: (p: string) => `Remove access at ${p}`,
    },
    not_disconnected: {
      title: (p: string) => `${p} is still connected`,
      means: 'The connection is still in our records.',
    },
    paused: {
      title: (p: string) => `${p} paused`,
      body: (p: string, a: string | null) =>
        `This app does not use ${a ? `${p} as ${a}` : p} until you resume it. The connection is kept.`,
    },
    resumed: {
      title: (p: string) => `${p} resumed`,
      body: (p: string, a: string | null) => `This app may use ${a ? `${p} as ${a}` : p} again.`,
    },
    not_paused: {
      title: (p: string) => `${p} was not paused`,
      means: 'Nothing was changed.',
    },
    not_resumed: {
      title: (p: string) => `${p} was not resumed`,
      means: 'Nothing was changed.',
    },
  },

  detail: {
    back: 'All integrations',
    accounts: 'Accounts',
    account: (p: string) => `Your ${p} account`,
    facts: {
      connected: 'Connected',
      renewed: 'Last renewed',
      used: 'Last use',
      ends: 'Ends',
      id: 'Grant id',
    },
    pauseOrEnd: 'Pausing keeps the connection, unused, until you resume it. Disconnecting ends it.',
    scopes: 'What this app may do',
    noScopes: (p: string) => `${p} did not say what it allowed.`,
    access: { read: 'Read', write: 'Change' },
    granted: 'Allowed',
    missing: 'Not allowed',
    extra: 'Allowed, no longer asked for',
    asks: 'What this app will ask for',
    asksNothing: 'Nothing beyond knowing which account it is.',
    past: 'Earlier connections',
    history: 'History',
    noHistory: 'Nothing has happened here yet.',
    allHistory: 'All activity',
    revocation: {
      revoked: (p: string) => `revoked at ${p}`,
      unsupported: (p: string) => `not revoked at ${p}`,
      failed: (p: string) => `${p} did not confirm the revocation`,
    },
    unnamedAccount: 'No account name',
    providerPage: (p: string) => `Apps with access, at ${p}`,
  },

  disconnect: {
    title: (p: string) => `Disconnect ${p}?`,
    stops: 'What stops',
    stopsBody: (p: string, a: string | null) =>
      a
        ? `This app can no longer reach ${p} as ${a}. Our access is deleted at once; jobs that use it fail from then on.`
        : `This app can no longer reach ${p} for you. Our access is deleted at once; jobs that use it fail from then on.`,
    stays: 'What stays',
    staysBody: (p: string) => `Your data at ${p}, and the history on these pages.`,
    revokes: 'What we do there',
    revokesBody: (p: string) =>
      `We ask ${p} to revoke the access, if it can, and tell you how that went.`,
  },

  confirm: {
    title: 'Confirm',
    connect: (p: string) => `Connect ${p}?`,
    reconnect: (p: string) => `Reconnect ${p}?`,
    lead: (p: string) => `You are about to give this app access to an account of yours at ${p}.`,
    parties: 'Who takes part',
    you: 'You',
    app: 'This app',
    thirdParty: 'The other service',
    asks: (p: string) => `${p} will ask you to allow`,
    afterwards: 'Afterwards you return to',
    warning: 'Go on only if you started this yourself and this is you.',
    notYou: 'Not you? Log out',
    invalidReturn: {
      title: 'This link cannot be used',
      body: 'It wants to send you to an address that this app does not know. Nothing was connected or changed.',
    },
  },

  callers: { you: 'you' },

  activity: {
    title: 'Activity',
    lead: 'What happened with your integrations, the newest first.',
    empty: {
      title: 'Nothing has happened yet',
      body: 'As soon as you connect a service, each step is written down here.',
    },
    today: 'Today',
    yesterday: 'Yesterday',
    older: 'Show older',
    newest: 'Back to the newest',
  },

  notFound: {
    title: 'There is no such page',
    body: 'The address may be mistyped, or the page has moved.',
    provider: {
      title: 'We do not know this service',
      body: 'It may have another name here, or it is no longer offered. Connections that you had are in your activity.',
    },
    home: 'To the start page',
  },

  unavailable: {
    title: 'This page cannot be shown right now',
    storage: 'We cannot reach our own records.',
    body: 'Your integrations are kept as they are. Please try again in a minute.',
    login: {
      title: 'The login did not finish',
      body: 'Perhaps the page was old, or was opened twice. Nothing was changed.',
    },
    loginAway: {
      title: 'We can’t reach the sign-in service',
      body: 'Your integrations are kept as they are, and jobs that use them go on. Please try again in a minute.',
    },
    loginRefused: {
      title: 'You were not signed in',
      body: 'You cancelled, or the sign-in service does not let this account use this app. Nothing was changed.',
    },
    loginMisconfigured: {
      title: 'Signing in is not set up correctly',
      body: 'The sign-in service does not accept how this app is set up. Trying again will not help: please tell the people who run this app, with the code below.',
    },
  },

  logOut: {
    title: 'Log out?',
    body: 'You did not come from a page of this app, so we ask first. Your integrations are kept, and jobs that use them go on.',
    stay: 'Stay logged in',
  },

  noDatabase: {
    title: 'Nothing can be connected here yet',
    body: 'This deployment has nowhere durable to keep what people grant. Rather than lose it, the app connects nothing, stores nothing and logs nobody in.',
    operator: 'If you run this app',
    why: 'DATABASE_URL does not name a Postgres database, and at Vercel files do not last.',
    steps: [
      'Add a Postgres to the project: at Vercel under Storage, Neon for one, which sets DATABASE_URL by itself. Any other works too, with its connection string in DATABASE_URL.',
      'Redeploy. The build makes the tables, and then this page is gone.',
    ],
    more: 'docs/vercel.md in the source has the details.',
  },

  switchedOff: {
    title: 'Your access was switched off',
    body: 'You are logged in, but this account may no longer use this app. Your integrations are not used while this lasts.',
    todo: 'If that is a mistake, please write to whoever runs this app.',
  },

  /** Why something did not work, for every code that can reach a page. */
  errors: {
    invalid_request: (p) => ({
      what: `The request to connect ${p} was not complete`,
      means: 'Nothing was changed.',
      todo: 'Start again from this page.',
    }),
    invalid_return_to: () => ({
      what: 'The link wanted to lead to an address that this app does not know',
      means: 'Nothing was connected or changed.',
      todo: 'Start again from this page, or tell whoever gave you the link.',
    }),
    unknown_provider: () => ({
      what: 'The service in that link is not offered here',
      means: 'Nothing was connected or changed.',
      todo: 'Choose one of the services on this page.',
    }),
    provider_misconfigured: (p) => ({
      what: `${p} does not accept how this app is set up`,
      means: 'Nothing was connected. It is not your fault, and trying again will not help.',
      todo: 'Please tell whoever runs this app.',
    }),
    login_required: () => ({
      what: 'You were no longer logged in',
      means: 'Nothing was connected.',
      todo: 'Log in and start again.',
    }),
    invalid_state: (p) => ({
      what: `No connection to ${p} was waiting for it in this browser`,
      means:
        'It may have come twice, or after a cancel, or to another browser than the one it was for.',
      todo: 'What you have connected is listed here. If something is missing, load this page again, or connect it here and stay in this browser.',
    }),
    expired_state: () => ({
      what: 'That took longer than we wait',
      means: 'The attempt has ended. Nothing was changed.',
      todo: 'Start again; nothing that you had is lost.',
    }),
    session_mismatch: () => ({
      what: 'You are now logged in as someone else than when you began',
      means: 'To keep accounts apart, nothing was connected.',
      todo: 'Start again as the person who should have the connection.',
    }),
    provider_mismatch: (p) => ({
      what: `The answer that came back was not meant for ${p}`,
      means: 'A safety check stopped it. Nothing was stored.',
      todo: 'Start again. If it happens twice, tell whoever runs this app.',
    }),
    issuer_mismatch: (p) => ({
      what: `The answer did not come from ${p} as we know it`,
      means: 'A safety check stopped it. Nothing was stored.',
      todo: 'Start again. If it happens twice, tell whoever runs this app.',
    }),
    account_mismatch: (p) => ({
      what: `You chose another account at ${p} than the one to reconnect`,
      means: 'The old connection is unchanged, and the other account was not added.',
      todo: `Try again with the same account, or use “Connect another account”.`,
    }),
    insufficient_scope: (p) => ({
      what: `You did not allow what this app needs at least from ${p}`,
      means: 'Without it nothing would work, so nothing was connected.',
      todo: 'Try again and leave the asked permissions ticked.',
    }),
    access_denied: (p) => ({
      what: `You cancelled at ${p}`,
      means: 'Nothing was changed.',
      todo: 'Connect it whenever you like.',
    }),
    provider_error: (p) => ({
      what: `${p} answered with an error`,
      means: 'Nothing was connected. The fault is on their side or in the set-up.',
      todo: 'Try again in a few minutes.',
    }),
    exchange_failed: (p) => ({
      what: `${p} said yes, but did not hand over what we need`,
      means: 'Nothing was stored.',
      todo: 'Try again. If it happens twice, tell whoever runs this app.',
    }),
    temporarily_unavailable: (p) => ({
      what: `${p} does not answer at the moment`,
      means: 'Nothing was changed.',
      todo: 'Try again in a few minutes.',
    }),
    rate_limited: () => ({
      what: 'That was too many attempts in a short time',
      means: 'Nothing was changed.',
      todo: 'Wait a minute, then try again.',
    }),
    invalid_ticket: () => ({
      what: 'The link to connect was used already or is too old',
      means: 'Such a link works once, for a minute. Nothing was changed.',
      todo: 'Go back to the app that gave it to you and start again.',
    }),
    storage_unavailable: () => ({
      what: 'We could not write down the result',
      means: 'Nothing was kept, and what we had received was given back.',
      todo: 'Try again in a minute.',
    }),
    server_error: () => ({
      what: 'Something failed on our side',
      means: 'Nothing was changed as far as we can tell.',
      todo: 'Try again. If it happens twice, tell whoever runs this app.',
    }),
    not_connected: (p) => ({
      what: `${p} is not connected`,
      means: 'There is nothing to change.',
      todo: 'Connect it to use it here.',
    }),
    reauthorization_required: (p) => ({
      what: `${p} asks for your consent again`,
      means: 'Until then this app cannot reach it.',
      todo: 'Reconnect it; the history is kept.',
    }),
    account_required: (p) => ({
      what: `You have several accounts at ${p}`,
      means: 'It was not clear which one is meant.',
      todo: 'Choose one of them.',
    }),
    paused: (p) => ({
      what: `The use of ${p} is paused`,
      means: 'The connection is kept, but not used.',
      todo: 'Resume it when you want it used again.',
    }),
    forbidden: () => ({
      what: 'This is not yours to change',
      means: 'Nothing was changed.',
      todo: 'Check that you are logged in as the right person.',
    }),
    credential_unreadable: (p) => ({
      what: `The stored access to ${p} can no longer be read`,
      means: 'A key is missing on our side. Your account there is not affected.',
      todo: 'Please tell whoever runs this app, or reconnect.',
    }),
  } satisfies Record<ErrorCode, (p: string) => Sentence>,

  /** One line of the history, as a sentence about what happened. */
  events: {
    byYou: {
      connected: (o: string) => `You connected ${o}`,
      reconnected: (o: string) => `You reconnected ${o}`,
      disconnected: (o: string) => `You disconnected ${o}`,
      connect_failed: (o: string) => `Connecting ${o} did not work`,
      paused: (o: string) => `You paused ${o}`,
      resumed: (o: string) => `You resumed ${o}`,
    },
    byYouHere: {
      used: (o: string) => `You used ${o} through this app`,
      vend_refused: (o: string) => `You could not use ${o} through this app`,
    },
    byJob: (caller: string) => ({
      used: (o: string) => `“${caller}” used ${o}`,
      vend_refused: (o: string) => `“${caller}” asked for access to ${o} and did not get it`,
    }),
    /** Why something failed, where the sentence of the error code would not be true of the past. */
    because: {
      temporarily_unavailable: (p: string) => `${p} did not answer`,
      rate_limited: (p: string) => `${p} asked us to wait`,
      provider_misconfigured: (p: string) => `${p} did not accept how this app is set up`,
      storage_unavailable: () => 'Our own records took no changes',
      credential_unreadable: () => 'A key was missing on our side',
      reauthorization_required: () => 'It had to be reconnected first',
      paused: () => 'It was paused',
      forbidden: () => 'It had no right to that',
    },
    connected: (o: string) => `${o} was connected`,
    reconnected: (o: string) => `${o} was reconnected`,
    disconnected: (o: string) => `${o} was disconnected`,
    scope_changed: (o: string) => `What this app may do at ${o} changed`,
    connect_failed: (o: string) => `Connecting ${o} did not work`,
    refreshed: (o: string) => `Access to ${o} was renewed`,
    refresh_failed: (o: string) => `Access to ${o} could not be renewed`,
    reauthorization_required: (o: string) => `${o} has to be reconnected`,
    paused: (o: string) => `The use of ${o} was paused`,
    resumed: (o: string) => `The use of ${o} was resumed`,
    used: (o: string) => `This app used ${o}`,
    vend_refused: (o: string) => `This app asked for access to ${o} and did not get it`,
    security: (o: string) => `Somebody else may have used our access to ${o}, so it was ended`,
    revoked_later: (o: string) => `Our access was revoked at ${o}, on a later attempt`,
    revocation_given_up: (o: string) => `We stopped asking ${o} to revoke our access`,
    moved_away: (o: string) => `${o} was moved to another login of yours, by an administrator`,
    moved_here: (o: string) =>
      `${o} was moved here from another login of yours, by an administrator`,
    switched_off: () => 'Your access to this app was switched off by an administrator',
    switched_on: () => 'Your access to this app was switched on again by an administrator',
    times: (n: number) => `${new Intl.NumberFormat('en').format(n)} times`,
  },
} as const

/** The sentences for an error code, with the provider's name in them. */
export function errorSentence(code: ErrorCode, provider: string | undefined): Sentence {
  const { what, ...rest } = texts.errors[code](provider ?? texts.someService)
  return { what: provider ? what : upperFirst(what), ...rest }
}

function upperFirst(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1)
}
