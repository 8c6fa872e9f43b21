import { useAuth0 } from '@auth0/auth0-react'
import { createGrantkeeper } from '@grantkeeper/client'
import { useState } from 'react'
import { Completion } from './completion.tsx'
import type { Config } from './config.ts'
import { Services } from './services.tsx'
import { Welcome } from './welcome.tsx'

export function App({ name, grantkeeperUrl }: Config) {
  const { isLoading, isAuthenticated, user, logout, getAccessTokenSilently } = useAuth0()
  const [grantkeeper] = useState(() =>
    createGrantkeeper({
      baseUrl: grantkeeperUrl,
      getAccessToken: () => getAccessTokenSilently(),
      completionUrl: `${location.origin}/connected`,
    }),
  )
  return (
    <>
      <header className="bar">
        <a className="brand" href="/">
          {name}
        </a>
        {isAuthenticated && (
          <p className="who">
            <span>{user?.name}</span>
            <button
              type="button"
              className="quiet"
              onClick={() => logout({ logoutParams: { returnTo: location.origin } })}
            >
              Log out
            </button>
          </p>
        )}
      </header>
      <main>
        {location.pathname === '/connected' ? (
          <Completion grantkeeper={grantkeeper} />
        ) : isLoading ? (
          <p role="status">One moment …</p>
        ) : isAuthenticated ? (
          <Services grantkeeper={grantkeeper} />
        ) : (
          <Welcome name={name} />
        )}
      </main>
      <footer>
        <p>{name} is an example: a company of its own, on an origin of its own.</p>
      </footer>
    </>
  )
}
