import type { ProviderEntry } from './schema.ts'

/**
 * The providers that Grantkeeper knows. Each is offered once it has a client
 * (`{ID}_CLIENT_ID`, `{ID}_CLIENT_SECRET`). Written in November 2026 from stored copies of the
 * providers' documentation, from public issue threads and from the catalogues of other projects; no
 * entry was tried against the living provider. What none of these confirmed is in `unverified`.
 */
export const catalogue = [
  {
    id: 'google',
    name: 'Google',
    summary: 'See your Google calendars here.',
    // Google sends iss, but does not declare it in its metadata, and it has come and gone:
    // https://github.com/openiddict/openiddict-core/issues/2428
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    // The long name, because it is the one that the token response uses.
    scope: [
      'openid',
      'https://www.googleapis.com/auth/userinfo.email',
      'https://www.googleapis.com/auth/calendar.readonly',
    ],
    // https://developers.google.com/identity/protocols/oauth2/scopes
    optional_scope: ['https://www.googleapis.com/auth/calendar.events'],
    scope_descriptions: {
      openid: { title: 'Know which Google account is yours', access: 'read' },
      'https://www.googleapis.com/auth/userinfo.email': {
        title: 'See your e-mail address',
        access: 'read',
      },
      'https://www.googleapis.com/auth/calendar.readonly': {
        title: 'See your calendars and events',
        access: 'read',
      },
      'https://www.googleapis.com/auth/calendar.events': {
        title: 'Add, change and delete events in your calendars',
        access: 'write',
      },
    },
    // Without prompt=consent there is a refresh token at the very first consent only.
    authorization_params: { access_type: 'offline', prompt: 'consent' },
    rotation: 'none',
    // Six months.
    refresh_token_idle_s: 15_552_000,
    revokes: 'grant',
    account: { id: 'sub', label: 'email' },
    api: ['https://www.googleapis.com/calendar/v3/'],
    reads: {
      by: 'method',
      source: 'https://developers.google.com/workspace/calendar/api/v3/reference',
    },
    quirk: 'google',
    docs: 'https://developers.google.com/identity/protocols/oauth2/web-server',
    manage: 'https://myaccount.google.com/connections',
    unverified: [
      'client authentication at revocation_endpoint (documented with the token alone)',
      'invalid_token for a token that is dead already',
      'revokes',
      'manage',
    ],
  },
  {
    id: 'microsoft',
    name: 'Microsoft',
    summary: 'See your Outlook calendar here.',
    // No openid: with a tenant of many directories the issuer is a template, not a value.
    authorization_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    token_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    userinfo_endpoint: 'https://graph.microsoft.com/v1.0/me',
    tenant: 'common',
    scope: ['offline_access', 'User.Read', 'Calendars.Read'],
    scope_descriptions: {
      offline_access: { title: 'Stay connected while you are away', access: 'read' },
      'User.Read': { title: 'See your profile', access: 'read' },
      'Calendars.Read': { title: 'See your calendars and events', access: 'read' },
    },
    // Every refresh gives a new refresh token, and the old one lives on; each for 90 days.
    rotation: 'grace',
    refresh_token_idle_s: 7_776_000,
    account: { id: 'id', label: 'userPrincipalName' },
    api: ['https://graph.microsoft.com/v1.0/'],
    // A delta query's own parameter: driveItem/delta?token=latest.
    api_query: ['token'],
    reads: { by: 'method', source: 'https://learn.microsoft.com/graph/use-the-api' },
    quirk: 'microsoft',
    docs: 'https://learn.microsoft.com/entra/identity-platform/quickstart-register-app',
    manage: 'https://account.microsoft.com/privacy/app-access',
    unverified: [
      'account',
      'docs',
      'manage (personal accounts; work accounts have myapplications.microsoft.com)',
    ],
  },
  {
    id: 'github',
    name: 'GitHub',
    summary: 'See your GitHub profile here.',
    // iss came in April 2026, went, and was back by August: its absence is no error yet.
    // https://docs.github.com/apps/github-authentication-discovery-endpoints
    issuer: 'https://github.com/login/oauth',
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    revocation_endpoint: 'https://api.github.com/applications/{client_id}/grant',
    userinfo_endpoint: 'https://api.github.com/user',
    scope: ['read:user'],
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
    optional_scope: ['user:email', 'public_repo', 'repo'],
    scope_descriptions: {
      'read:user': { title: 'See your profile', access: 'read' },
      'user:email': { title: 'See your e-mail addresses', access: 'read' },
      public_repo: { title: 'See and change your public repositories', access: 'write' },
      repo: { title: 'See and change all your repositories, private ones too', access: 'write' },
    },
    rotation: 'none',
    revokes: 'grant',
    revocation_token: 'access_token',
    account: { id: 'id', label: 'login' },
    api: ['https://api.github.com/'],
    // The app's own tokens and grants, and revocation of anybody's:
    // https://docs.github.com/rest/apps/oauth-applications, https://docs.github.com/rest/credentials/revoke
    api_except: ['/applications/*', '/app/*', '/app-manifests/*', '/credentials/*'],
    reads: {
      by: 'method',
      source: 'https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api',
    },
    quirk: 'github',
    docs: 'https://docs.github.com/apps/oauth-apps/building-oauth-apps/creating-an-oauth-app',
    manage: 'https://github.com/settings/applications',
    unverified: ['iss_parameter_supported (iss is sent, but went away once)', 'docs', 'manage'],
  },
  {
    id: 'github-app',
    name: 'GitHub App',
    summary: 'See the repositories that you choose at GitHub.',
    issuer: 'https://github.com/login/oauth',
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    revocation_endpoint: 'https://api.github.com/applications/{client_id}/grant',
    userinfo_endpoint: 'https://api.github.com/user',
    // A GitHub App has permissions, set where it is registered, instead of scopes.
    scope: [],
    // Refreshing ends the old refresh token and the old access token at once.
    rotation: 'single_use',
    revokes: 'grant',
    revocation_token: 'access_token',
    account: { id: 'id', label: 'login' },
    api: ['https://api.github.com/'],
    // The app's own tokens and grants, and revocation of anybody's:
    // https://docs.github.com/rest/apps/oauth-applications, https://docs.github.com/rest/credentials/revoke
    api_except: ['/applications/*', '/app/*', '/app-manifests/*', '/credentials/*'],
    reads: {
      by: 'method',
      source: 'https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api',
    },
    quirk: 'github',
    docs: 'https://docs.github.com/apps/creating-github-apps/registering-a-github-app/registering-a-github-app',
    manage: 'https://github.com/settings/apps/authorizations',
    unverified: [
      'iss_parameter_supported (iss is sent, but went away once)',
      'scope (that it is ignored)',
      'bad_refresh_token as the error for a dead refresh token',
      'docs',
      'manage',
    ],
  },
  {
    id: 'slack',
    name: 'Slack',
    summary: 'See the channels of your workspace here.',
    // The user's own token, in OAuth's own form: with /oauth/v2/authorize a user's scopes would
    // have to travel in user_scope, beside the standard parameter.
    authorization_endpoint: 'https://slack.com/oauth/v2_user/authorize',
    token_endpoint: 'https://slack.com/api/oauth.v2.user.access',
    revocation_endpoint: 'https://slack.com/api/auth.revoke',
    userinfo_endpoint: 'https://slack.com/api/auth.test',
    // Switching PKCE on turns a Slack app into a public client, for good:
    // https://docs.slack.dev/authentication/using-pkce
    pkce: 'none',
    scope: ['channels:read'],
    // Each is for user tokens too: https://docs.slack.dev/reference/scopes
    optional_scope: ['channels:history', 'users:read', 'chat:write'],
    scope_separator: ',',
    scope_descriptions: {
      'channels:read': { title: 'See the public channels of your workspace', access: 'read' },
      'channels:history': { title: 'See messages in public channels', access: 'read' },
      'users:read': { title: 'See the people of your workspace', access: 'read' },
      'chat:write': { title: 'Send messages as you', access: 'write' },
    },
    // Only where token rotation is switched on for the app; else tokens do not expire.
    rotation: 'single_use',
    revocation_token: 'access_token',
    account: { id: 'sub', label: 'name' },
    api: ['https://slack.com/api/'],
    // What gives out or ends tokens: https://docs.slack.dev/reference/methods
    api_except: [
      ...[
        '/oauth.*',
        '/auth.revoke',
        '/auth.teams.*',
        '/openid.connect.token',
        '/tooling.tokens.*',
      ],
      ...['/apps.uninstall', '/apps.connections.open', '/apps.manifest.*', '/rtm.*'],
    ],
    // Every method can be called by GET: https://docs.slack.dev/apis/web-api
    reads: [
      ...['GET /auth.test', 'GET /api.test', 'GET /bots.info', 'GET /emoji.list', 'GET /team.info'],
      ...['GET /conversations.list', 'GET /conversations.info', 'GET /conversations.history'],
      ...['GET /conversations.members', 'GET /conversations.replies', 'GET /users.conversations'],
      ...[
        'GET /users.info',
        'GET /users.list',
        'GET /users.lookupByEmail',
        'GET /users.getPresence',
      ],
      ...[
        'GET /users.profile.get',
        'GET /users.identity',
        'GET /usergroups.list',
        'GET /team.profile.get',
      ],
      ...['GET /usergroups.users.list', 'GET /files.info', 'GET /files.list', 'GET /pins.list'],
      ...[
        'GET /reactions.get',
        'GET /reactions.list',
        'GET /reminders.info',
        'GET /reminders.list',
      ],
      ...['GET /stars.list', 'GET /search.*', 'GET /bookmarks.list', 'GET /chat.getPermalink'],
      ...['GET /chat.scheduledMessages.list', 'GET /dnd.info', 'GET /dnd.teamInfo'],
    ],
    quirk: 'slack',
    docs: 'https://docs.slack.dev/authentication',
    manage: 'https://slack.com/apps/manage',
    unverified: [
      'authorization_endpoint, token_endpoint (documented for user tokens, not tried)',
      'scope_separator at this endpoint',
      'the names of errors at token_endpoint',
      'whether revoking an access token ends its refresh token',
      'reads, api_except (from the list of methods, none called)',
      'manage',
    ],
  },
  {
    id: 'spotify',
    name: 'Spotify',
    summary: 'See what you have played lately.',
    authorization_endpoint: 'https://accounts.spotify.com/authorize',
    token_endpoint: 'https://accounts.spotify.com/api/token',
    userinfo_endpoint: 'https://api.spotify.com/v1/me',
    token_endpoint_auth_method: 'client_secret_basic',
    scope: ['user-read-private', 'user-read-recently-played'],
    // https://developer.spotify.com/documentation/web-api/concepts/scopes
    optional_scope: [
      'playlist-read-private',
      'playlist-modify-private',
      'user-library-read',
      'user-top-read',
    ],
    scope_descriptions: {
      'user-read-private': { title: 'See your profile', access: 'read' },
      'user-read-recently-played': { title: 'See what you have played lately', access: 'read' },
      'playlist-read-private': { title: 'See your private playlists', access: 'read' },
      'playlist-modify-private': { title: 'Change your private playlists', access: 'write' },
      'user-library-read': { title: 'See what you have saved', access: 'read' },
      'user-top-read': { title: 'See your top artists and songs', access: 'read' },
    },
    // A refresh may bring a new refresh token (with PKCE it can end the old one). It never outlives
    // six months after consent: https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens
    rotation: 'sometimes',
    account: { id: 'id', label: 'display_name' },
    api: ['https://api.spotify.com/v1/'],
    reads: {
      by: 'method',
      source: 'https://developer.spotify.com/documentation/web-api/concepts/api-calls',
    },
    docs: 'https://developer.spotify.com/documentation/web-api/tutorials/code-flow',
    manage: 'https://www.spotify.com/account/apps/',
    unverified: [
      'pkce (together with a secret)',
      'rotation',
      'revocation_endpoint (none is known)',
      'docs',
      'manage',
    ],
  },
  {
    id: 'dropbox',
    name: 'Dropbox',
    summary: 'See the names of your Dropbox files here.',
    authorization_endpoint: 'https://www.dropbox.com/oauth2/authorize',
    token_endpoint: 'https://api.dropboxapi.com/oauth2/token',
    revocation_endpoint: 'https://api.dropboxapi.com/2/auth/token/revoke',
    userinfo_endpoint: 'https://api.dropboxapi.com/2/users/get_current_account',
    scope: ['account_info.read', 'files.metadata.read'],
    scope_descriptions: {
      'account_info.read': { title: 'See your name and e-mail address', access: 'read' },
      'files.metadata.read': { title: 'See names and sizes of your files', access: 'read' },
    },
    // Without it there is no refresh token.
    authorization_params: { token_access_type: 'offline' },
    rotation: 'none',
    revocation_token: 'access_token',
    account: { id: 'account_id', label: 'email' },
    api: ['https://api.dropboxapi.com/2/', 'https://content.dropboxapi.com/2/'],
    // Nearly all is called by POST; GET only downloads:
    // https://www.dropbox.com/developers/documentation/http/documentation
    api_except: ['/auth/*', '/openid/*'],
    reads: [
      ...['GET /*', 'POST /check/user', 'POST /users/get_account', 'POST /users/get_account_batch'],
      ...[
        'POST /users/get_current_account',
        'POST /users/get_space_usage',
        'POST /files/get_metadata',
      ],
      ...[
        'POST /files/list_folder',
        'POST /files/list_folder/continue',
        'POST /files/list_revisions',
      ],
      ...[
        'POST /files/list_folder/get_latest_cursor',
        'POST /files/search_v2',
        'POST /files/download',
      ],
      ...[
        'POST /files/search/continue_v2',
        'POST /files/get_preview',
        'POST /files/get_thumbnail_v2',
      ],
      'POST /files/get_thumbnail_batch',
    ],
    quirk: 'dropbox',
    docs: 'https://www.dropbox.com/lp/developers/reference/oauth-guide',
    manage: 'https://www.dropbox.com/account/connected_apps',
    unverified: ['rotation', 'that userinfo takes a POST without a body', 'reads', 'manage'],
  },
  {
    id: 'notion',
    name: 'Notion',
    summary: 'See the pages that you choose in Notion.',
    authorization_endpoint: 'https://api.notion.com/v1/oauth/authorize',
    token_endpoint: 'https://api.notion.com/v1/oauth/token',
    revocation_endpoint: 'https://api.notion.com/v1/oauth/revoke',
    // Notion's client ids hold hyphens, which form encoding would turn into %2D.
    token_endpoint_auth_method: 'client_secret_basic_raw',
    pkce: 'none',
    // No scopes: the user picks pages, and the registration says whether they may be read only.
    scope: [],
    authorization_params: { owner: 'user' },
    rotation: 'single_use',
    account: { id: 'bot_id', label: 'workspace_name' },
    api: ['https://api.notion.com/v1/'],
    api_except: ['/oauth/*'],
    // https://developers.notion.com/reference/query-a-data-source, post-search, post-database-query
    reads: [...['GET /*', 'POST /search', 'POST /data_sources/*/query', 'POST /databases/*/query']],
    quirk: 'notion',
    docs: 'https://developers.notion.com/docs/authorization',
    manage: 'https://www.notion.so/profile/connections',
    unverified: [
      'pkce',
      'token_endpoint_auth_method (that the hyphens must stay as they are)',
      'rotation (a refresh gives a new refresh token; whether the old one ends is not said)',
      'revokes',
      'reads',
      'that bot_id stays the same when a user connects again',
      'manage',
    ],
  },
  {
    id: 'hubspot',
    name: 'HubSpot',
    summary: 'See your HubSpot contacts here.',
    authorization_endpoint: 'https://app.hubspot.com/oauth/authorize',
    token_endpoint: 'https://api.hubapi.com/oauth/2026-03/token',
    revocation_endpoint: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
    userinfo_endpoint: 'https://api.hubapi.com/oauth/2026-03/token/introspect',
    scope: ['oauth', 'crm.objects.contacts.read'],
    scope_descriptions: {
      oauth: { title: 'Know which HubSpot account is yours', access: 'read' },
      'crm.objects.contacts.read': { title: 'See contacts', access: 'read' },
    },
    rotation: 'none',
    // Neither stands in HubSpot's own pages; both are from public reports of 2017 to 2026:
    // https://github.com/airbytehq/airbyte/issues/79592
    // https://www.nango.dev/blog/hubspot-oauth-bad-refresh-token (seen November 2026)
    refresh_errors: [
      { status: 400, path: 'status', equals: 'BAD_REFRESH_TOKEN', means: 'dead' },
      { status: 400, path: 'message', equals: 'missing or invalid refresh token', means: 'dead' },
      { status: 400, path: 'message', equals: 'Invalid refresh token', means: 'dead' },
      { status: 400, path: 'subCategory', equals: 'INVALID_TOKEN', means: 'dead' },
    ],
    // Connections of one HubSpot account may share a refresh token.
    revokes: 'grant',
    account: { id: 'hub_id', label: 'hub_domain' },
    api: ['https://api.hubapi.com/'],
    // Other versions of the token endpoints, and what tells of a token by its value.
    api_except: ['/oauth/*'],
    // https://developers.hubspot.com/docs/api-reference/search/guide
    reads: [
      ...['GET /*', 'POST /crm/v3/objects/*/search', 'POST /crm/v3/objects/*/batch/read'],
      ...['POST /crm/objects/2026-03/*/search', 'POST /crm/objects/2026-03/*/batch/read'],
    ],
    quirk: 'hubspot',
    docs: 'https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide',
    manage: 'https://app.hubspot.com/integrations-settings/',
    unverified: [
      'pkce',
      'rotation',
      'refresh_errors (not documented; from public reports)',
      'revokes',
      'reads',
      'scopes as a list in the token response',
      'what revocation answers (the request is documented, as a form like that of RFC 7009)',
      'manage',
    ],
  },
  {
    id: 'salesforce',
    name: 'Salesforce',
    summary: 'Work with your Salesforce data here.',
    // No openid: for orgs with a domain of their own, ID tokens may name that domain.
    authorization_endpoint: 'https://{tenant}/services/oauth2/authorize',
    token_endpoint: 'https://{tenant}/services/oauth2/token',
    revocation_endpoint: 'https://{tenant}/services/oauth2/revoke',
    // A sandbox is test.salesforce.com; an org has its own host. With that, set api as well:
    // ["https://{tenant}/services/data/"].
    tenant: 'login.salesforce.com',
    // Salesforce has no scope that only reads data: api does what the user may do.
    scope: ['id', 'api', 'refresh_token'],
    scope_descriptions: {
      id: { title: 'See your profile', access: 'read' },
      api: { title: 'See and change the data that you can', access: 'write' },
      refresh_token: { title: 'Stay connected while you are away', access: 'read' },
    },
    // The org's policy decides.
    rotation: 'sometimes',
    // The answer has no expires_in: the session's time-out, two hours unless the org sets another, ends it.
    access_token_life_s: 7200,
    // The identity URL in the token response names org and user; instance_url is the org's host.
    account: { id: 'id', label: 'instance_url' },
    // For those who set api: what GET does there. https://{tenant}/services/data/ has no endpoint for tokens.
    reads: {
      by: 'method',
      source:
        'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_resources.htm',
    },
    quirk: 'salesforce',
    docs: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm&type=5',
    manage: 'https://{tenant}/',
    unverified: [
      'issuer of ID tokens',
      'revocation_endpoint at login hosts for sandboxes',
      'rotation',
      'access_token_life_s',
      'docs',
      'manage',
    ],
  },
] satisfies ProviderEntry[]
