import { Auth0Provider } from '@auth0/auth0-react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { type Config, loadConfig } from './config.ts'
import './styles.css'

const root = createRoot(document.getElementById('root') as HTMLElement)
const config = await loadConfig()
document.title = config.name
root.render(
  <StrictMode>
    <Login {...config}>
      <App {...config} />
    </Login>
  </StrictMode>,
)

/**
 * Tokens are kept over the redirect to the third party, which makes this page a new one. A tenant with a
 * domain of the app's own can do without: `cacheLocation="memory"` and silent login.
 */
function Login({ auth0, children }: Config & { children: React.ReactNode }) {
  return (
    <Auth0Provider
      domain={auth0.domain}
      clientId={auth0.clientId}
      authorizationParams={{
        redirect_uri: location.origin,
        audience: auth0.audience,
        scope: 'openid profile email integrations:read integrations:write',
      }}
      useRefreshTokens
      cacheLocation="localstorage"
    >
      {children}
    </Auth0Provider>
  )
}
